"""The words under an answer say what was asked for."""

from __future__ import annotations

import pytest

from core import engine
from core.views.sized import sized
from tests.contract_cases import case


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("permutation_importance", {"rounds": 3, "rows": 40, "seed": 5}, "At most 40 rows, 3 rounds; seed 5"),
        ("break_down", {"background": 30}, "At most 30 background rows; seed 0"),
        ("ceteris_paribus", {"grid_points": 7}, "At most 7 points along the feature"),
        ("distribution", {}, ""),
    ],
)
def test_rows_rounds_and_seed_are_told(method: str, params: dict[str, int], said: str) -> None:
    assert sized(engine.explain(method, *case("xgboost with missing values"), 3, **params)) == said
