"""Models of models and mixed columns away from their training rows; what becomes one ensemble or one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.portable import Linear, Network, Trees, evaluate, to_json
from tests.portable.mixed_models import MIXED
from tests.portable.models import case
from tests.portable.test_convert import tolerance
from tests.portable.test_javascript import NODE, ask, numbers, rows_of

LEVELS = {"everything by column", "target codes of three", "chosen products"}
POSITIVE = {"box-cox", "logarithms", "roots, boosted"}
"""Take no negative numbers."""
cells = st.floats(-6, 6).map(lambda x: round(x, 4))
rows = st.lists(
    st.tuples(cells, st.integers(0, 40), st.floats(0.0625, 3, width=32), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=6, deadline=None)
@given(rows)
@pytest.mark.parametrize("name", [name for name in MIXED if name not in LEVELS])
def test_any_row_far_from_the_training(name: str, drawn: list[tuple[float, int, float, bool]]) -> None:
    chosen = case(name)
    frame = pd.DataFrame(drawn, columns=["a", "b", "d", "e"]).astype(chosen.frame.dtypes[["a", "b", "d", "e"]])
    if name in POSITIVE:
        frame["a"] = frame["a"].abs()
    expected = chosen.reference(frame)
    kept = np.isfinite(expected).all(axis=1)  # what overflows in the library is no prediction
    size = max(1.0, float(np.abs(expected[kept]).max(initial=1.0)))
    found = evaluate(chosen.portable(), frame)
    np.testing.assert_allclose(found[kept], expected[kept], rtol=0, atol=max(1e-9, tolerance(chosen)) * size)


@pytest.mark.parametrize("name", sorted(LEVELS))
def test_levels_never_seen_here_and_in_the_browser(name: str) -> None:
    chosen = case(name)
    frame = chosen.frame.head(30).assign(c=["unheard of", None, "w"] * 10, k=[999, 0, 1] * 10)
    expected = chosen.reference(frame)
    np.testing.assert_allclose(evaluate(chosen.portable(), frame), expected, atol=1e-9)
    if NODE is not None:
        [answer] = ask([{"model": to_json(chosen.portable()), "rows": rows_of(frame), "feature": 0, "grid": []}])
        np.testing.assert_allclose(numbers(answer["outputs"]), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mean of trees", Trees),
        ("bags of trees", Trees),
        ("target, scaled trees", Trees),
        ("bags of lines", Linear),
        ("components", Linear),
        ("weighted union", Linear),
        ("truncated", Linear),
        ("polynomial", Network),
        ("stack", Network),
    ],
)
def test_what_can_be_one_ensemble_or_one_line_is(name: str, kind: type) -> None:
    """Trees and lines have exact Shapley values; a network would have to be sampled."""
    assert isinstance(case(name).portable().body, kind)


def test_members_share_their_columns() -> None:
    """A column that ten members take is encoded once."""
    assert len(case("bags of trees").portable().columns) == 4
    assert len(case("vote").portable().columns) == 8  # four as they are, four scaled
