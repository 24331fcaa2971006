"""Several answers on one axis: nothing is changed, what cannot share an axis is refused, agreement is computed."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from core import engine, export
from core.codec import decode, encode
from core.comparison import distinct, together
from core.errors import InputError
from core.results import Importance, Profile, Result, Scores, Together, same
from core.views import palette, view
from core.views.overlay import aligned, curves, merged_profile, pictures
from core.views.together import choices, squares
from tests.contract_cases import case, numbers_frame
from tests.shapley import zoo

NAMES = ("forest", "line")


@cache
def two(method: str, *params: tuple[str, object]) -> tuple[Result, Result]:
    """The forest of the contract tests and a linear model, on one table."""
    from sklearn.linear_model import LinearRegression

    from core.models import wrap

    model, table = case("random forest, regression")
    frame = numbers_frame()
    line = wrap(LinearRegression().fit(frame.drop(columns="y"), frame["y"]))
    return tuple(engine.explain(method, one, table, **dict(params)) for one in (model, line))  # type: ignore[return-value]


def test_curves_of_performance_keep_their_points_and_take_the_models_names() -> None:
    results = two("performance")
    found = together(results, NAMES)
    assert set(pictures(found)) == {"rec", "residuals"}
    for picture in pictures(found):
        lines = curves(found, picture)
        assert [line.name for line in lines] == list(NAMES)
        for line, result in zip(lines, results, strict=True):
            assert isinstance(result, Scores)
            own = next(curve for curve in result.curves if curve.id == picture)
            assert np.array_equal(line.x, own.x)
            assert np.array_equal(line.y, own.y)
        drawn = view(found, picture=picture)
        assert {row["curve"] for row in drawn.rows} == set(NAMES)
        assert sum(row["curve"] == "line" for row in drawn.rows) == len(lines[1].x)


def test_the_table_of_scores_has_a_column_a_model() -> None:
    results = two("performance")
    table = view(together(results, NAMES)).table
    for name, result in zip(NAMES, results, strict=True):
        assert isinstance(result, Scores)
        assert list(table[name]) == [score.value for score in result.scores]


def test_classes_and_models_make_one_line_each() -> None:
    result = engine.explain("performance", *case("lightgbm, three classes"))
    found = together([result, result], ["A", "B"])
    assert [curve.name for curve in curves(found, "roc")] == [
        f"{who}: {name}" for who in "AB" for name in case("lightgbm, three classes")[0].classes
    ]


def test_a_model_has_one_colour_in_bars_lines_and_profiles_and_its_lines_differ_by_dashes() -> None:
    drawn = [
        view(together(two(*asked), NAMES))
        for asked in (("permutation_importance",), ("model_profile", ("feature", "a")))
    ]
    classes = engine.explain("performance", *case("lightgbm, three classes"))
    drawn += [view(together([classes, classes], NAMES), picture="roc")]
    for one in drawn:
        assert colours(one.spec) == {"who": list(palette.MODELS)}
        assert list(dict.fromkeys(row["who"] for row in one.rows if "who" in row)) == list(NAMES)
    for one in drawn[:2]:
        assert "strokeDash" not in json.dumps([layer["encoding"] for layer in one.spec["layer"]])
    parts = {(row["who"], row["part"]) for row in drawn[2].rows}
    assert parts == {(name, label) for name in NAMES for label in case("lightgbm, three classes")[0].classes}
    assert drawn[2].spec["layer"][1]["encoding"]["strokeDash"]["field"] == "part"


def colours(spec: dict[str, Any]) -> dict[str, list[str]]:
    """The fields that a drawing colours by, each with its colours."""
    found = {}
    for part in [spec, *spec.get("layer", ())]:
        shade = part.get("encoding", {}).get("color") or {}
        if "field" in shade:
            found[shade["field"]] = shade["scale"]["range"]
    return found


def test_single_rows_of_several_models_are_thin_lines_in_their_models_colours() -> None:
    results = [replace_curves(result) for result in two("model_profile", ("feature", "a"))]
    drawn = view(together(results, NAMES))
    singles = [row for row in drawn.rows if row["role"] == "single"]
    assert {row["who"] for row in singles} == set(NAMES)
    assert {row["part"] for row in drawn.rows if row["role"] == "line"} == {"all rows"}
    thin = next(layer for layer in drawn.spec["layer"] if layer["transform"][0]["filter"] == "datum.role === 'single'")
    assert thin["encoding"]["color"]["field"] == "who"
    levels = replace(results[0], grid=("p", "q"), ordered=False, values=results[0].values[:, :2])
    drawn = view(levels)  # of levels, too, and in grey where there is one model
    assert {row["curve"] for row in drawn.rows if row["role"] == "single"} == {"single row 7"}
    thin = next(layer for layer in drawn.spec["layer"] if layer["transform"][0]["filter"] == "datum.role === 'single'")
    assert thin["mark"]["color"] == palette.NEUTRAL


def replace_curves(result: Result) -> Profile:
    """A profile with the curve of one row behind the average."""
    assert isinstance(result, Profile)
    return replace(
        result,
        values=np.concatenate([result.values, result.values + 0.1]),
        curves=("all rows", "single row 7"),
        at=(None, None),
        outputs=np.array([np.nan, np.nan]),
    )


def test_profiles_share_a_grid_and_keep_their_values() -> None:
    results = two("model_profile", ("feature", "a"))
    merged = merged_profile(together(results, NAMES))
    assert merged.curves == NAMES
    for at, result in enumerate(results):
        assert isinstance(result, Profile)
        assert np.array_equal(merged.values[at], result.values[0])
    drawn = view(together(results, NAMES))
    assert "As a changes" in drawn.sentence
    assert all(row["change"] != "not a number" for row in drawn.rows if row["role"] == "line")
    with pytest.raises(InputError, match="different features or values"):
        together([results[0], two("model_profile", ("feature", "b"))[1]], NAMES)


def test_the_largest_gap_between_two_profiles_is_found_by_hand() -> None:
    results = two("model_profile", ("feature", "a"))
    apart = [abs(one - other) for one, other in zip(results[0].values[0], results[1].values[0], strict=True)]  # type: ignore[attr-defined]
    assert together(results, NAMES).checks[0].value == pytest.approx(max(apart))


def test_importances_are_drawn_feature_by_feature_and_ranked_together() -> None:
    results = two("permutation_importance")
    found = together(results, NAMES)
    drawn = view(found)
    for name, result in zip(NAMES, results, strict=True):
        assert isinstance(result, Importance)
        bars = {row["feature"]: row["value"] for row in drawn.rows if row["who"] == name}
        assert bars == dict(zip(result.features, result.values.tolist(), strict=True))
    wanted = spearmanr(results[0].values, results[1].values).statistic  # type: ignore[attr-defined]
    assert found.checks[0].value == pytest.approx(wanted)


def test_a_model_that_takes_fewer_features_has_no_bar_there() -> None:
    first = Importance(("a", "b", "c"), np.array([3.0, 2, 1]), "rise", "y")
    second = Importance(("c", "a"), np.array([5.0, 4]), "rise", "y")
    features, values = aligned([first, second])
    assert features == ("a", "b", "c")
    assert np.array_equal(values, [[3, 2, 1], [4, np.nan, 5]], equal_nan=True)
    found = together([first, second], ["A", "B"])
    assert [(row["feature"], row["who"]) for row in view(found).rows] == [
        ("c", "A"),
        ("c", "B"),
        ("a", "A"),
        ("a", "B"),
        ("b", "A"),
    ]
    assert export.to_picture(found, "svg").startswith(b"<?xml")


def test_what_cannot_share_an_axis_is_refused() -> None:
    first = two("permutation_importance")[0]
    with pytest.raises(InputError, match="units differ"):
        together([first, replace(first, unit="loss")], NAMES)  # type: ignore[type-var]
    with pytest.raises(InputError, match="different questions"):
        together([first, two("performance")[0]], NAMES)
    with pytest.raises(InputError, match="Two to 5"):
        together([first], ["one"])
    scores = two("performance")[0]
    with pytest.raises(InputError, match="different classes or targets"):
        together([scores, replace(scores, label="other")], NAMES)  # type: ignore[type-var]


def test_each_model_keeps_its_confusion_matrix_beside_the_others() -> None:
    results = [engine.explain("performance", *zoo.get(name)) for name in ("forest classes", "xgboost classes")]
    found = together(results, NAMES)
    known = choices(found)
    assert list(known)[-2:] == [f"confusion {name}" for name in NAMES]
    assert not set(pictures(found)) & set(squares(found))
    for name, own in zip(NAMES, results, strict=True):
        drawn = view(found, picture=f"confusion {name}")
        alone = view(own, picture="confusion")
        assert drawn.rows == alone.rows
        assert drawn.spec == alone.spec
        assert alone.sentence in drawn.sentence
        assert drawn.table.equals(view(found).table)


def test_equal_names_are_numbered() -> None:
    assert distinct(["m", "m", "n", "m"]) == ["m", "m (2)", "n", "m (3)"]
    assert len(set(distinct(["x" * 100] * 3))) == 3


def test_the_most_important_features_are_the_largest_of_all_that_each_has() -> None:
    """A weight of -9 is large; a feature that the other model does not take may be the largest of this one."""
    one = Importance(("a", "b", "c", "d"), np.array([-9.0, 5.0, 1.0, 0.5]), "u", "y", signed=True)
    two = Importance(("a", "b", "c", "d"), np.array([9.0, 0.1, -5.0, 3.0]), "u", "y", signed=True)
    told = together([one, two], NAMES).checks[0]
    assert "2 of the 3 most important" in told.text, "a and c; of the values with their signs only b and c or d"
    assert told.value == pytest.approx(spearmanr([9, 5, 1, 0.5], [9, 0.1, 5, 3]).statistic)
    fewer = Importance(("b", "c", "d"), np.array([5.0, 1.0, 0.5]), "u", "y")
    told = together([Importance(("a", "b", "c", "d"), np.array([9.0, 5.0, 1.0, 0.5]), "u", "y"), fewer], NAMES).checks[
        0
    ]
    assert "2 of the 3 most important" in told.text
    assert told.value == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["performance", "permutation_importance", "model_profile", "shap"])
def test_answers_together_are_saved_and_exported(method: str) -> None:
    found = together(two(method), ["<b>one</b>", "$two$"])
    assert same(decode(json.loads(json.dumps(encode(found), allow_nan=False))), found)
    body = json.loads(json.dumps(export.to_json(found), allow_nan=False))
    assert [part["name"] for part in body["of"]] == ["<b>one</b>", "$two$"]
    assert body["of"][0]["method"] == method
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        assert export.to_picture(found, ending, dpi=40).startswith(start)  # type: ignore[arg-type]
    drawn = view(found)
    assert drawn.sentence
    assert "<b>" not in json.dumps(drawn.spec)
    assert len(drawn.table)
    assert isinstance(found, Together)
