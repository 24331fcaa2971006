"""How believable a proposal is: its distance to the nearest real row that has the wanted outcome."""

from __future__ import annotations

from core.counterfactual.coding import Coder
from core.counterfactual.distance import nearest
from core.types import Array


def isolation(code: Coder, rows: Array, reaching: Array) -> Array:
    """Gower distance of each row to the nearest real row that reaches the goal, shape (n_rows,)."""
    return nearest(code, rows, reaching)[0]
