"""One column against another: the rows themselves, their association, the instance's ring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from core import engine
from core.errors import InputError, NotApplicable
from core.results import Points
from core.views import palette, view
from tests.contract_cases import HOSTILE, case


def ask(name: str, **params: object) -> Points:
    result = engine.explain("two_columns", *case(name), **params)
    assert isinstance(result, Points)
    return result


def test_the_dots_are_the_rows() -> None:
    result = ask("random forest, regression", feature="b", other="d")
    _, table = case("random forest, regression")
    assert list(result.x) == list(table.frame["b"])
    assert list(result.y) == list(table.frame["d"])
    assert list(result.colour) == pytest.approx(list(table.frame["y"]))
    wanted = spearmanr(table.frame["b"], table.frame["d"]).statistic
    assert result.checks[0].value == pytest.approx(wanted)


def test_the_instance_is_always_drawn_and_ringed() -> None:
    _, table = case("random forest, regression")
    for row in (0, 77, 159):
        result = ask("random forest, regression", rows=20, instance=row)
        assert row in result.rows
        assert result.chosen == row
        drawn = view(result)
        ringed = [one for one in drawn.rows if one.get("mark") == "chosen"]
        assert [one["row"] for one in ringed] == [row]
        assert ringed[0]["x"] == pytest.approx(table.frame["a"].iloc[row])
        assert f"The ring is row {row}" in drawn.sentence
    assert ask("random forest, regression").chosen is None


def test_missing_cells_are_left_out_and_counted() -> None:
    result = ask("xgboost with missing values", feature="amount", other="age")
    _, table = case("xgboost with missing values")
    assert len(result.rows) == table.frame["amount"].notna().sum()
    assert set(result.colour) == {"0", "1"}


def test_classes_have_the_colours_of_a_histogram_whichever_of_them_are_drawn() -> None:
    """In the model's order, not the alphabet's."""
    result = replace(
        ask("random forest, regression"),
        colour=("late", "late", "early"),
        levels=("on time", "late", "early"),
        x=(1, 2, 3),
        y=np.zeros(3),
        rows=(0, 1, 2),
        names=("a", "b", "c"),
    )
    colour = view(result).spec["layer"][0]["encoding"]["color"]
    assert colour["scale"]["range"] == [palette.CURVES[1], palette.CURVES[2]]
    assert colour["sort"] == {"field": "shade order", "op": "min"}
    assert [row["shade order"] for row in view(result).rows if row["role"] == "dot"] == [1, 1, 2]
    model, _table = case("xgboost with missing values")
    classes = ask("xgboost with missing values", feature="amount", other="age")
    assert classes.levels == tuple(map(str, model.classes))


def test_numbers_go_up_whatever_the_order_of_the_question() -> None:
    one = ask("pipeline with text levels", feature=HOSTILE, other="age")
    two = ask("pipeline with text levels", feature="age", other=HOSTILE)
    assert one.x_title == two.x_title == HOSTILE
    assert not one.ordered
    assert "|x|" not in str(view(one).spec)


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(NotApplicable, match="both have levels"):
        ask("pipeline with text levels", feature=HOSTILE, other="owner")
    with pytest.raises(InputError, match="against itself"):
        ask("random forest, regression", feature="a", other="a")
    with pytest.raises(NotApplicable, match="Two columns are needed"):
        ask("one column")


def test_the_target_against_a_feature_rings_the_instance_too() -> None:
    for name in ("random forest, regression", "lightgbm, three classes"):
        model, table = case(name)
        result = engine.explain("target_against_feature", model, table, instance=88, rows=30)
        assert isinstance(result, Points)
        assert result.chosen == 88
        at = result.rows.index(88)
        value = table.frame["a"].iloc[88]
        assert value == pytest.approx(result.x[at] if result.ordered else result.y[at])
        assert np.isfinite(result.y).all()


def test_columns_called_like_those_of_the_table_keep_their_own_numbers() -> None:
    """A link to a row must not lead to the row whose number a column called "row" happens to hold."""
    result = replace(ask("random forest, regression", feature="b", other="d"), x_title="name", y_title="row")
    drawn = view(result)
    assert list(drawn.table.columns) == ["row", "name", "name (2)", "row (2)"]
    first = int(np.abs(result.y).argmax())
    assert drawn.table["row"].iloc[0] == result.rows[first]
    assert drawn.table["row (2)"].iloc[0] == result.y[first]
    assert result.names[first] in drawn.sentence
