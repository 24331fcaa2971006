"""The rows of a question on their way from the app to a worker: a frame's own blocks, as they lie in memory.

Numbers travel as they are, text as Arrow keeps it (where each cell begins, the letters, the gaps); nothing is counted
or built cell by cell. The worker's frame has the layout of the app's, so compiled code adds in the same order there.
Only a worker reads this form: it trusts the app, the app never trusts a worker (``columns.py`` for what comes back).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.internals import create_dataframe_from_blocks  # type: ignore[import-not-found]  # not in the stubs

from core.workers import letters
from core.workers.cells import home_of
from core.workers.columns import decode_column, encode_column, is_plain

NUMBERS = ("rows", "columns")
"""What a block of numbers is said to be: how it lies in memory."""
_SMALL = 1 << 18
"""Blocks of one number type are put together below so many bytes: one array costs less than many."""


def encode(frame: pd.DataFrame, names: list[str] | None = None) -> tuple[dict[str, Any], list[np.ndarray]]:
    """A frame as a description and arrays; dtypes, levels and missing cells survive.

    Parameters
    ----------
    frame : DataFrame
    names : list of str, optional
        Its columns' names where they are known.

    Returns
    -------
    form : dict
        ``blocks``: for each, the places of its columns and what it is; its arrays come in the same order.
    arrays : list of ndarray
    """
    numbers: dict[str, list[tuple[list[int], np.ndarray]]] = {}
    texts: dict[str, list[tuple[list[int], Any]]] = {}
    others: list[int] = []
    for block in blocks(frame):
        places, values = block.mgr_locs.as_array.tolist(), block.values
        if is_plain(values.dtype):
            numbers.setdefault(values.dtype.str, []).append((places, values))
        elif isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow":
            texts.setdefault(home_of(values.dtype), []).append((places, values))
        else:
            others.extend(places)
    described: list[list[Any]] = []
    arrays: list[np.ndarray] = []
    for places, values in _together(numbers):
        turned = not values.flags.c_contiguous and values.T.flags.c_contiguous
        described.append([places, NUMBERS[0] if turned else NUMBERS[1]])
        arrays.append(values.T if turned else values)
    for kind, found in texts.items():
        described.append([[places[0] for places, _cells in found], kind])
        arrays.extend(letters.encode([cells for _places, cells in found]))
    for place in others:
        said, parts = encode_column(frame.iloc[:, place])
        described.append([[place], said])
        arrays.extend(parts)
    names = list(map(str, frame.columns.tolist())) if names is None else names
    return {"rows": len(frame), "names": names, "blocks": described}, arrays


def blocks(frame: pd.DataFrame) -> tuple[Any, ...]:
    """What pandas keeps a frame in; asking for column after column would take a hundred times as long."""
    manager: Any = frame._mgr
    found: tuple[Any, ...] = manager.blocks
    return found


def _together(numbers: dict[str, list[tuple[list[int], np.ndarray]]]) -> list[tuple[list[int], np.ndarray]]:
    """Blocks of numbers, small ones of one type as one."""
    found: list[tuple[list[int], np.ndarray]] = []
    for blocks in numbers.values():
        if len(blocks) > 1 and sum(values.nbytes for _places, values in blocks) <= _SMALL:
            places = [place for own, _values in blocks for place in own]
            found.append((places, np.concatenate([values for _places, values in blocks])))
        else:
            found.extend(blocks)
    return found


def decode(form: dict[str, Any], arrays: list[np.ndarray]) -> pd.DataFrame:
    """Rebuild a frame on the very memory of the arrays; consumes them from the front."""
    rows = int(form["rows"])
    found: list[tuple[Any, np.ndarray]] = []
    for places, kind in form["blocks"]:
        at = np.array(places)
        if kind == NUMBERS[1]:
            found.append((arrays.pop(0), at))
        elif kind == NUMBERS[0]:
            found.append((arrays.pop(0).T, at))
        elif kind in letters.HOMES:
            cells = letters.decode(kind, len(places), rows, arrays)
            found.extend((column, at[turn : turn + 1]) for turn, column in enumerate(cells))
        else:
            column = decode_column(kind, arrays)
            found.append((column.reshape(1, -1) if isinstance(column, np.ndarray) else column, at))
    names = _names(tuple(form["names"]))
    made: pd.DataFrame = create_dataframe_from_blocks(found, index=pd.RangeIndex(rows), columns=names)
    return made


@lru_cache(maxsize=8)
def _names(names: tuple[str, ...]) -> pd.Index:
    """The names of columns; the same come with every question."""
    return pd.Index(names, dtype="str")
