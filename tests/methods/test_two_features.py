"""Two features moved together, against scikit-learn and against what a sum and a product must give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression

from core import engine
from core.errors import InputError, NotApplicable
from core.loading.frames import derive, from_frame
from core.methods.two_features import doubly_centred
from core.models import wrap
from core.results import Importance, Matrix
from core.views import view
from tests.contract_cases import CASES, HOSTILE, case
from tests.methods.test_break_down import Formula


def ask(name: str, **params: object) -> Matrix:
    result = engine.explain("two_features", *case(name), **params)
    assert isinstance(result, Matrix)
    return result


def test_equal_to_scikit_learn_on_the_same_grid() -> None:
    result = ask("random forest, regression", feature="a", other="c", rows=1000, grid_points=6)
    estimator, frame, _ = CASES["random forest, regression"]()
    inputs = frame.drop(columns="y")
    marks = [np.unique(inputs[name].quantile(np.linspace(0, 1, 6), interpolation="nearest")) for name in ("a", "c")]
    given = {"a": marks[0], "c": marks[1]}
    wanted = partial_dependence(estimator, inputs, ["a", "c"], kind="average", method="brute", custom_values=given)
    assert result.values[::-1] == pytest.approx(wanted["average"][0])


def test_weights_of_rows_equal_scikit_learn_on_the_same_grid() -> None:
    model, table = case("random forest, regression")
    weights = np.random.default_rng(6).gamma(1, size=len(table))
    held = derive(table, table.frame.assign(w=weights), table.schema, weights="w")
    result = engine.explain("two_features", model, held, feature="a", other="c", rows=1000, grid_points=6)
    assert isinstance(result, Matrix)
    estimator, frame, _ = CASES["random forest, regression"]()
    inputs = frame.drop(columns="y")
    marks = [np.unique(inputs[name].quantile(np.linspace(0, 1, 6), interpolation="nearest")) for name in ("a", "c")]
    wanted = partial_dependence(
        estimator,
        inputs,
        ["a", "c"],
        kind="average",
        method="brute",
        custom_values={"a": marks[0], "c": marks[1]},
        sample_weight=weights,
    )
    assert result.values[::-1] == pytest.approx(wanted["average"][0])
    assert any("weighted by 'w'" in check.text for check in result.checks)


def test_levels_are_set_by_name_against_a_loop() -> None:
    result = ask("pipeline with text levels", feature=HOSTILE, other="owner", rows=60, seed=2)
    model, table = case("pipeline with text levels")
    rows = table.background(60, 2)
    assert len(result.rows) == 3
    assert len(result.columns) == 2
    for at, level in enumerate(table.schema[HOSTILE].levels):
        for beside, owner in enumerate(table.schema["owner"].levels):
            moved = rows.copy()
            moved[HOSTILE] = level
            moved["owner"] = owner
            assert result.values[at, beside] == pytest.approx(model.predict(moved)[:, 1].mean())


def test_what_is_left_without_the_features_own_effects() -> None:
    whole = ask("random forest, regression", feature="b", other="c")
    left = ask("random forest, regression", feature="b", other="c", report="interaction")
    assert left.signed
    assert left.values == pytest.approx(doubly_centred(whole.values))
    assert left.values.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert left.values.mean(axis=1) == pytest.approx(0, abs=1e-12)
    added = np.add.outer(np.arange(4.0), np.array([3.0, -1, 5]))
    assert doubly_centred(added) == pytest.approx(0, abs=1e-12), "a sum has no interaction"
    product = np.multiply.outer([-1.0, 1], [-2.0, 2])
    assert doubly_centred(product) == pytest.approx(product), "a product of centred values is all interaction"


def test_the_check_counts_the_cells_without_rows_by_hand() -> None:
    result = ask("random forest, regression", feature="a", other="b", grid_points=5, spacing="even", rows=1000)
    _, table = case("random forest, regression")
    grids = [np.linspace(table.schema[name].low, table.schema[name].high, 5) for name in ("a", "b")]
    held = {
        tuple(int(np.argmin(abs(grid - row[name]))) for name, grid in zip(("a", "b"), grids, strict=True))
        for row in table.inputs.to_dict("records")
    }
    empty = next(check for check in result.checks if check.name == "cells without rows")
    assert empty.value == 25 - len(held)


def test_the_second_feature_is_the_next_one_and_the_same_twice_is_refused() -> None:
    assert (ask("random forest, regression").row_title, ask("random forest, regression").column_title) == ("a", "b")
    assert ask("random forest, regression", feature="e").column_title == "a"
    assert ask("random forest, regression", other="a").row_title == "b"
    with pytest.raises(InputError, match="no interaction with itself"):
        ask("random forest, regression", feature="a", other="a")
    with pytest.raises(NotApplicable, match="fewer than two features"):
        ask("one column")


def test_it_is_drawn_as_cells_and_as_lines_with_names_from_the_data() -> None:
    result = ask("pipeline with text levels", feature=HOSTILE, other="amount")
    cells, lines = view(result), view(result, picture="lines")
    name = next(row["text"] for row in cells.rows if row["role"] == "name")
    assert HOSTILE in name
    assert "amount" in name
    assert len({row["row"] for row in lines.rows if row["role"] == "cell"}) == 3
    assert "<b>" not in str(cells.spec) + str(lines.spec)
    assert cells.sentence.startswith("From ")
    with pytest.raises(InputError):
        view(result, picture="cake")


FIVE = Formula(lambda x: 2 * x[:, 0] + x[:, 1] * x[:, 2] + 0.01 * x[:, 3] * x[:, 4], tuple("abcde"))


def strengths(**params: object) -> dict[str, float]:
    result = engine.explain("interactions", FIVE, case("random forest, regression")[1], rows=40, **params)
    assert isinstance(result, Importance)
    assert result.rounds is not None
    assert result.values == pytest.approx(result.rounds.mean(axis=1))
    assert result.spread == pytest.approx(result.rounds.std(axis=1, ddof=1))
    return dict(zip(result.features, result.values.tolist(), strict=True))


def test_only_the_pairs_that_are_multiplied_interact() -> None:
    sizes, share = strengths(), strengths(report="share")
    assert max(sizes, key=sizes.__getitem__) == "b × c"
    for couple in set(sizes) - {"b × c", "d × e"}:
        assert sizes[couple] == pytest.approx(0, abs=1e-12)
    assert sizes["d × e"] < 0.02 * sizes["b × c"]
    assert share["d × e"] > 0.5, "a little divided by a little: why the size is shown first"


def test_each_feature_against_all_others() -> None:
    sizes = strengths(of="features")
    assert tuple(sizes) == tuple("abcde")
    assert sizes["a"] == pytest.approx(0, abs=1e-12), "it only adds"
    assert sizes["b"] == pytest.approx(sizes["c"]), "the one product that both are in"
    assert sizes["b"] > 50 * sizes["d"] > 0


def test_only_the_features_that_move_the_answers_are_paired() -> None:
    assert set(strengths(most=3)) == {"a × b", "a × c", "b × c"}


def test_a_year_is_written_as_its_cell() -> None:
    frame = pd.DataFrame({"year": np.repeat([1995.0, 2004.0, 2012.0], 8), "size": np.tile(np.arange(8.0), 3)})
    model = wrap(LinearRegression().fit(frame, frame.sum(axis=1)))
    result = engine.explain("two_features", model, from_frame(frame, "houses", target=""))
    assert isinstance(result, Matrix)
    assert set(result.rows) == {"1995", "2004", "2012"}
