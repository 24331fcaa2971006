"""The frame that a model was asked about last, in the app: one that is still the same is not put into words again.

Encoding ten columns of text for a call, and the head that describes them, costs more than a small model's answer when
the processor's caches hold that model: it is code and memory that nothing else uses. So of a small frame of numbers and
Arrow's text what it was made of is kept, and what was made of it.

Nothing depends on a guess about values here. Arrays of numbers are the frame's own memory, so what was changed in
place since shows in them, and they are compared, every byte, with what lies in the worker's region (``region.py``).
Text is known by Arrow's own columns, which never change: pandas puts another column into the place of one it writes to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.workers import questions
from core.workers.columns import is_plain
from core.workers.letters import is_text

MOST = 4 << 20
"""Bytes of a frame that is kept; what larger ones would save is nothing beside their answers."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A frame as it went on its way.

    Attributes
    ----------
    form : dict
    arrays : list of ndarray
        As ``questions.encode`` gives them.
    columns : Index
    blocks, held : tuple
        pandas' blocks, and what each holds: an array of numbers, or Arrow's column. Empty where it is not kept.
    """

    form: dict[str, Any]
    arrays: list[np.ndarray]
    columns: pd.Index
    blocks: tuple[Any, ...] = ()
    held: tuple[Any, ...] = ()

    def of(self, frame: pd.DataFrame) -> bool:
        """Whether this is the frame, made of the very same memory; a cell changed in place makes no difference."""
        if not self.blocks or questions.blocks(frame) is not self.blocks or frame.columns is not self.columns:
            return False
        return all(_memory(block.values) is held for block, held in zip(self.blocks, self.held, strict=True))


def encoded(frame: pd.DataFrame, before: Asked | None) -> Asked:
    """A frame for its way to the worker, from the question before where that was about the same.

    Parameters
    ----------
    frame : DataFrame
    before : Asked, optional
    """
    if before is not None and before.of(frame):
        return before
    columns = frame.columns
    names = before.form["names"] if before is not None and before.columns.is_(columns) else None
    form, arrays = questions.encode(frame, names)
    blocks = questions.blocks(frame)
    held = tuple(_memory(block.values) for block in blocks)
    kept = (blocks, held) if _lasting(form, held) and sum(array.nbytes for array in arrays) <= MOST else ()
    return Asked(form, arrays, columns, *kept)


def _memory(values: Any) -> Any:
    """What a block's values lie in; None for a kind that is not kept."""
    if type(values) is np.ndarray:
        return values if is_plain(values.dtype) else None
    return getattr(values, "_pa_array", None) if is_text(values.dtype) else None


def _lasting(form: dict[str, Any], held: tuple[Any, ...]) -> bool:
    """Whether the arrays of numbers are the blocks' own memory, not small blocks put together, and all else is text."""
    sent = sum(kind in questions.NUMBERS for _places, kind in form["blocks"])
    return all(part is not None for part in held) and sent == sum(type(part) is np.ndarray for part in held)
