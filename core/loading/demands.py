"""What a model asks of each column, as far as it can be known: a number, or one of some levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ExplorerError
from core.portable.city import level_hash
from core.types import Model


@dataclass(frozen=True, slots=True)
class Demand:
    """What the model does with one column.

    Attributes
    ----------
    number : bool
        It computes with it.
    levels : tuple
        Values it tells apart, in their own types; empty when it asks for none.
    truths : bool
        It knows truth values as the words True and False, though it keeps no level but by its hash.
    """

    number: bool = False
    levels: tuple[Any, ...] = ()
    truths: bool = False

    @property
    def text(self) -> bool:
        """True when the model asks for text only."""
        return bool(self.levels) and not self.number and all(isinstance(level, str) for level in self.levels)


def demands(model: Model) -> dict[str, Demand]:
    """What is known of each feature; a feature of which nothing is known is left out.

    From the levels that a booster keeps, and from the model's portable form.
    """
    kept: Mapping[str, tuple[Any, ...]] = getattr(model, "levels", {})
    found = {name: Demand(levels=tuple(levels)) for name, levels in kept.items()}
    try:
        portable = model.portable()
    except ExplorerError:
        portable = None  # a model that does not convert is asked by trial instead
    if portable is None:
        return found
    hashes: dict[str, set[float]] = {}
    for column in portable.columns:
        name = portable.features[column.source]
        if name in kept:
            continue
        if column.op == "hash":
            asked_for = [value for kind, value in column.steps if kind == "is"]
            hashes.setdefault(name, set()).update(asked_for, *column.tables)
            continue
        seen = found.get(name, Demand())
        asked = [column.level] if column.op == "equals" else [level for level, _ in column.table]
        known = tuple(level for level in asked if _is_level(level) and level not in seen.levels)
        found[name] = Demand(seen.number or column.op == "number", seen.levels + known)
    return found | {name: Demand(truths=True) for name, known_by in hashes.items() if _as_words(known_by)}


def _as_words(hashes: set[float]) -> bool:
    """Whether levels were the words True or False, and not the 1 and 0 that CatBoost makes of truth values."""
    return any(level_hash(word) in hashes for word in ("True", "False")) and not any(
        level_hash(digit) in hashes for digit in "10"
    )


def _is_level(level: Any) -> bool:
    """A value that a cell can hold; missing ones are asked for otherwise."""
    return level is not None and level == level
