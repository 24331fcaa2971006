"""What a model asks of each column, as far as it can be known: a number, or one of some levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ExplorerError
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
    """

    number: bool = False
    levels: tuple[Any, ...] = ()

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
    for column in portable.columns:
        name = portable.features[column.source]
        if name in kept:
            continue
        seen = found.get(name, Demand())
        asked = [column.level] if column.op == "equals" else [level for level, _ in column.table]
        known = tuple(level for level in asked if _is_level(level) and level not in seen.levels)
        found[name] = Demand(seen.number or column.op == "number", seen.levels + known)
    return found


def _is_level(level: Any) -> bool:
    """A value that a cell can hold; missing ones are asked for otherwise."""
    return level is not None and level == level
