"""CatBoost's own numbers against its portable form: levels seen and unseen, gaps, borders, tables of several columns."""

from __future__ import annotations

import json
import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import engine
from core.errors import ModelError
from core.loading.frames import from_frame
from core.models import wrap
from core.portable import Network, Trees, catboost_levels, encode, evaluate, from_json, margins, to_json, why_not
from core.portable.city import level_hash, spelled
from core.portable.layers import run
from core.portable.packed import pack
from tests.portable import test_attribute, test_javascript
from tests.portable.models import case, frames

catboost = pytest.importorskip("catboost")
QUIET = {"verbose": 0, "allow_writing_files": False, "thread_count": 1, "random_seed": 0}
TOGETHER = {"model_size_reg": 0, "max_ctr_complexity": 3}
ODD = ["w", "nan", "new", "", "ä", "字" * 40, "x" * 200, "1", "True", "<b>"]
"""Cells of a column of levels that training has seen, and such that it has not, of every length that is hashed apart."""


@pytest.fixture(scope="module")
def named() -> dict[str, Any]:
    """A model of every way to read levels: one by one, by statistics of one column, and of several together."""
    rows, y = frames()["named"], frames()["by_pair"]
    ways = {
        "one": {"one_hot_max_size": 40},
        "own": {"max_ctr_complexity": 1, "simple_ctr": ["Borders:Prior=0.3", "Counter", "BinarizedTargetMeanValue"]},
        "joint": {"combinations_ctr": ["Borders", "Counter", "Buckets"], "depth": 4, **TOGETHER},
        "branching": {"grow_policy": "Lossguide", "nan_mode": "Max", **TOGETHER},
    }
    made = {}
    for name, options in ways.items():
        kind = catboost.CatBoostRegressor if name == "own" else catboost.CatBoostClassifier
        target = frames()["number"] if name == "own" else frames()["three"] if name == "branching" else y
        made[name] = wrap(kind(iterations=15, cat_features=["c", "k"], **QUIET, **options).fit(rows, target))
    return made


def cells(draw: Any, count: int) -> pd.DataFrame:
    """Rows of numbers with gaps and huge values, and of levels in every spelling."""
    number = st.one_of(st.floats(-1e30, 1e30), st.just(np.nan), st.floats(-2, 2))
    texts = st.one_of(st.sampled_from([*ODD, None]), st.text(max_size=70))
    numbers = st.one_of(st.integers(-3, 9), st.sampled_from([1.5, 2.0, 1e-7, 12345678901.0, None, np.nan]))
    pick = {"a": number, "b": number, "d": number, "e": st.booleans(), "c": texts, "k": numbers}
    rows = {name: draw(st.lists(kind, min_size=count, max_size=count)) for name, kind in pick.items()}
    frame = pd.DataFrame({name: pd.Series(held, dtype=object) for name, held in rows.items()})
    return frame.astype({"a": float, "b": float, "d": float, "e": bool})


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_any_rows_get_what_catboost_says(data: st.DataObject, named: dict[str, Any]) -> None:
    frame = cells(data.draw, 8)
    for model in named.values():
        portable = model.portable()
        np.testing.assert_allclose(evaluate(portable, frame), model.predict(frame), rtol=0, atol=1e-12)
        found = model.margin(frame)
        np.testing.assert_allclose(margins(portable, frame).reshape(found.shape), found, rtol=0, atol=1e-12)


def test_the_browser_agrees_on_every_spelling(named: dict[str, Any]) -> None:
    """Levels of all lengths, numbers as levels, gaps; the form itself comes back from JSON as it was."""
    rng = np.random.default_rng(3)
    frame = frames()["named"].head(60).reset_index(drop=True)
    odd = [*ODD, None, "é" * 33]
    frame["c"] = pd.Series([odd[place] for place in rng.integers(0, len(odd), 60)], dtype=object)
    whole = [1, 2.0, 1.5, 1e-7, 2.5e-5, -0.5, 1e22, None, "1", "True", True, False]
    frame["k"] = pd.Series([whole[place] for place in rng.integers(0, len(whole), 60)], dtype=object)
    questions = []
    for model in named.values():
        written = json.loads(json.dumps(to_json(model.portable()), allow_nan=False))
        rows = test_javascript.rows_of(frame)
        questions.append({"model": written, "rows": rows, "feature": 4, "grid": odd[:-2]})
        again = evaluate(from_json(written), frame)
        np.testing.assert_array_equal(again, evaluate(model.portable(), frame))
    for model, answer in zip(named.values(), test_javascript.ask(questions), strict=True):
        own = model.predict(frame)
        np.testing.assert_allclose(test_javascript.numbers(answer["outputs"]), own.reshape(60, -1), atol=1e-12)
        assert answer["same"] is True


def test_the_ways_to_read_levels_are_all_there(named: dict[str, Any]) -> None:
    bodies = {name: model.portable().body for name, model in named.items()}
    assert isinstance(bodies["own"], Trees)
    assert isinstance(bodies["one"], Trees)
    assert isinstance(bodies["joint"], Network)
    assert {layer.op for layer in bodies["joint"].layers} == {"joint", "concatenate", "trees"}
    joint = [layer for layer in bodies["joint"].layers if layer.op == "joint"]
    assert any(len(layer.places) > 1 for layer in joint)
    assert any(kind == "match" for column in named["own"].portable().columns for kind, _ in column.steps)


def test_hashes_are_those_that_catboost_keeps(tmp_path: Any) -> None:
    """One level for every length up to 130 bytes: each split of the model's own JSON names the hash of one of them."""
    levels = ["".join(chr(97 + (place * size) % 26) for place in range(size)) for size in range(131)]
    frame = pd.DataFrame({"c": levels * 4})
    y = np.tile(np.random.default_rng(0).normal(size=131), 4)
    model = catboost.CatBoostRegressor(
        iterations=60, depth=8, cat_features=["c"], one_hot_max_size=255, learning_rate=1, **QUIET
    ).fit(frame, y)
    model.save_model(str(tmp_path / "m.json"), format="json")
    [kept] = json.loads((tmp_path / "m.json").read_text())["features_info"]["categorical_features"]
    known = {level_hash(level): len(level) for level in levels}
    assert set(kept["values"]) <= set(known)
    sizes = {known[value] for value in kept["values"]}
    assert all(any(low <= size <= high for size in sizes) for low, high in [(0, 3), (4, 8), (9, 16), (17, 32)])
    assert any(size > 64 for size in sizes)
    assert any(32 < size <= 64 for size in sizes)


def test_levels_are_spelled_as_catboost_does() -> None:
    assert [spelled(x) for x in (True, 3, 3.0, 2.5, 1e-7, "3.0", -0.0)] == [
        "1",
        "3",
        "3",
        "2.5",
        "1e-07",
        "3.0",
        "0",
    ]
    assert spelled(pd.Timestamp("2020-01-01")) is None
    assert np.isnan(level_hash(pd.Timestamp("2020-01-01")))


def test_shapley_values_are_those_of_catboost() -> None:
    """Symmetric trees: CatBoost's ShapValues to the last digits."""
    cases = [case(name) for name in ("catboost number", "catboost levels", "catboost binary")]
    questions = [
        {
            "model": to_json(chosen.portable()),
            "rows": test_javascript.rows_of(chosen.frame.head(20)),
            "output": len(chosen.classes) // 2,
        }
        for chosen in cases
    ]
    for chosen, found in zip(cases, test_attribute.ask(questions), strict=True):
        own = wrap(chosen.estimator).contributions(chosen.frame.head(20))
        np.testing.assert_allclose([row["values"] for row in found], own.values[:, :, 0], atol=1e-9)
        np.testing.assert_allclose([row["base"] for row in found], own.base[:, 0], atol=1e-9)


def test_trees_that_branch_add_up() -> None:
    """CatBoost's own values of such trees miss the prediction, which is why ours come first."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 2)), columns=["a", "b"])
    model = catboost.CatBoostRegressor(iterations=40, depth=3, grow_policy="Lossguide", **QUIET)
    model.fit(frame, frame["a"] * frame["b"])
    table = from_frame(frame.assign(y=0.0), "branches", target="y")
    for one in engine.explain_rows("shap", wrap(model), table, range(6)):
        assert one.base + one.values.sum() == pytest.approx(one.output, abs=1e-9)
        assert any(check.name == "same model" and check.passed for check in one.checks)


def test_tables_of_several_columns_share_their_value(named: dict[str, Any]) -> None:
    """The values are those of the trees whose questions are about groups, by the formula over all orders of players."""
    portable = named["joint"].portable()
    rows = frames()["named"].head(8)
    [found] = test_attribute.ask([{"model": to_json(portable), "rows": test_javascript.rows_of(rows), "output": 1}])
    total = [row["base"] + sum(row["values"]) for row in found]
    np.testing.assert_allclose(total, named["joint"].margin(rows).ravel(), atol=1e-9)
    table = from_frame(rows.assign(y=1), "named", target="y")
    same = [engine.explain("shap", named["joint"], table, row, output=1) for row in range(3)]
    np.testing.assert_allclose([one.values for one in same], [row["values"] for row in found[:3]], atol=1e-9)
    assert any("share the value of that question equally" in check.text for check in same[0].checks)
    *tables, last = portable.body.layers
    given = run(Network((*tables,), 0), encode(portable, rows))
    groups = [frozenset({source}) for source in portable.sources.tolist()]
    for layer in tables[:-1]:
        groups += [frozenset(portable.sources[list(layer.places)].tolist())] * len(layer.biases)
    for row, answer in zip(given[:3], found, strict=False):
        np.testing.assert_allclose(answer["values"], by_definition(last.trees, groups, row), atol=1e-9)


def by_definition(trees: Trees, groups: list[frozenset[int]], row: np.ndarray) -> np.ndarray:
    """Shapley values of a game of groups, each shared equally by its features: over all coalitions, tree by tree."""
    values = np.zeros(6)
    parts = np.split(trees.feature, trees.roots[1:])
    for root, part in zip(trees.roots.tolist(), parts, strict=True):
        players = sorted({groups[column] for column in part.tolist() if column >= 0}, key=sorted)

        def worth(node: int, known: set[frozenset[int]]) -> float:
            column = int(trees.feature[node])
            if column < 0:
                return float(trees.value[node, 0])
            sides = trees.left[node], trees.right[node]
            if groups[column] in known:
                value = np.float32(row[column])
                left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
                return worth(int(sides[0 if left else 1]), known)
            return sum(trees.cover[side] / trees.cover[node] * worth(int(side), known) for side in sides)

        for player in players:
            others = [one for one in players if one != player]
            for size in range(len(players)):
                weight = 1 / len(players) / math.comb(len(others), size)
                for chosen in combinations(others, size):
                    gain = worth(root, {*chosen, player}) - worth(root, set(chosen))
                    values[list(player)] += weight * gain / len(player)
    return values


def test_what_has_no_form_is_refused_in_words() -> None:
    frame = pd.DataFrame({"a": np.linspace(0, 1, 60)})
    several = catboost.CatBoostRegressor(iterations=2, loss_function="MultiRMSE", **QUIET)
    several.fit(frame, np.stack([frame["a"], frame["a"]], axis=1))
    assert "'MultiRMSE' gives several numbers" in why_not(several, ["a"], "regression")
    alone = catboost.CatBoostRegressor(iterations=2, **QUIET).fit(frame, frame["a"])
    assert why_not(alone, ["a"], "regression") == ""
    assert "It takes 1 columns, 2 arrive" in why_not(alone, ["a", "b"], "regression")


def test_large_tables_are_refused_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = case("catboost levels together")
    monkeypatch.setattr(catboost_levels, "_MOST_ENTRIES", 3)
    assert "max_ctr_complexity=1, or with a larger one_hot_max_size" in why_not(
        chosen.estimator, list(chosen.frame), chosen.task, chosen.classes
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda layer: layer.update(shape=[2, layer["shape"][1]]), "do not fit"),
        (lambda layer: layer.update(places=[]), "several columns"),
        (lambda layer: layer.update(places=[99]), "outside"),
        (lambda layer: layer.pop("biases"), "several columns"),
        (lambda layer: layer.pop("weights"), "no weights"),
        (lambda layer: layer.update(weights=pack(np.array([[1.0, 1.0], [2.0, 2.0], [0, 0]])), shape=[3, 2]), "order"),
        (lambda layer: layer.update(weights=pack(np.array([[1.5], [2.0], [0]])), shape=[3, 1]), "whole number"),
        (lambda layer: layer.update(weights=pack(np.array([[-1.0], [2.0], [0]])), shape=[3, 1]), "whole number"),
    ],
)
def test_hostile_tables_do_not_come_through(change: Any, words: str) -> None:
    written = json.loads(json.dumps(to_json(case("catboost levels together").portable())))
    layer = next(layer for layer in written["body"]["layers"] if layer["op"] == "joint" and layer["shape"][0] == 3)
    change(layer)
    with pytest.raises(ModelError, match=words):
        from_json(written)
