"""The wire form: exact round trips, small, and nothing hostile gets through."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError
from core.portable import Trees, evaluate, from_json, portable_of, to_json
from core.portable.packed import pack, unpack
from tests.portable.models import CASES, case

WIRE = "xgboost three"


def again(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize("name", CASES)
def test_round_trip_is_exact(name: str) -> None:
    chosen = case(name)
    portable = chosen.portable()
    back = from_json(again(to_json(portable)))
    np.testing.assert_array_equal(evaluate(back, chosen.frame), evaluate(portable, chosen.frame))
    assert (back.features, back.link, back.task, back.classes) == (
        portable.features,
        portable.link,
        portable.task,
        portable.classes,
    )
    if isinstance(portable.body, Trees):
        for item in ("roots", "feature", "threshold", "left", "right", "missing_left", "value", "cover", "base"):
            np.testing.assert_array_equal(getattr(back.body, item), getattr(portable.body, item), err_msg=item)
        assert back.body.categories == portable.body.categories


def test_cover_can_be_left_out() -> None:
    chosen = case(WIRE)
    back = from_json(again(to_json(chosen.portable(), cover=False)))
    assert not back.body.cover.any()
    np.testing.assert_array_equal(evaluate(back, chosen.frame), evaluate(chosen.portable(), chosen.frame))


def test_three_hundred_deep_trees_stay_far_below_a_megabyte() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(6000, 20))
    target = rows[:, 0] * rows[:, 1] + np.sin(rows[:, 2]) + random.normal(size=6000)
    model = xgboost.XGBRegressor(n_estimators=300, max_depth=6, nthread=1).fit(rows, target)
    portable = portable_of(model, [f"f{i}" for i in range(20)], "regression")
    assert len(portable.body.feature) > 15_000
    assert len(json.dumps(to_json(portable, cover=False))) < 600_000
    assert len(json.dumps(to_json(portable))) < 900_000


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=40))
def test_whole_numbers_survive(values: list[int]) -> None:
    array = np.array(values, dtype=np.int64)
    np.testing.assert_array_equal(unpack(again(pack(array)), len(values), "x"), array)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=40))
def test_floats_survive_to_the_last_bit(values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    assert unpack(again(pack(array)), len(values), "x").tobytes() == array.tobytes() or np.isnan(array).any()
    np.testing.assert_array_equal(unpack(again(pack(array)), len(values), "x"), array)


@given(st.lists(st.booleans(), max_size=40))
def test_flags_survive(values: list[bool]) -> None:
    assert unpack(again(pack(np.array(values, dtype=bool))), len(values), "x").tolist() == values


def broken(path: str, value: Any) -> dict[str, Any]:
    """The wire form of a model with one thing replaced."""
    data = copy.deepcopy(to_json(case(WIRE).portable()))
    *folders, last = path.split("/")
    place: Any = data
    for folder in folders:
        place = place[int(folder) if folder.isdigit() else folder]
    place[int(last) if last.isdigit() and isinstance(place, list) else last] = value
    return data


def ints(change: dict[int, int], name: str) -> list[str]:
    """A tree array with some numbers replaced."""
    trees = case(WIRE).portable().body
    wire = {
        "feature": trees.feature,
        "left": np.where(trees.left < 0, 0, trees.left - np.arange(len(trees.left))),
        "roots": np.diff(trees.roots, prepend=0),
    }[name].copy()
    for place, number in change.items():
        wire[place] = number
    return pack(wire)


def tabled(kind: str, table: list[float], place: float = 0.0) -> dict[str, Any]:
    """The wire form of a model whose first column asks this table."""
    held = [[len(table), pack(np.array(table))]]
    return broken("columns/0", {"source": 0, "op": "number", "steps": [[kind, place]], "tables": held})


NODES = len(case(WIRE).portable().body.feature)
HOSTILE: dict[str, Any] = {
    "nothing": None,
    "a list": [],
    "no version": {},
    "another version": broken("version", 99),
    "features missing": {key: value for key, value in broken("version", 1).items() if key != "features"},
    "features not texts": broken("features", [1, 2, 3, 4]),
    "endless name": broken("features/0", "x" * 20_000),
    "column of no feature": broken("columns/0/source", 44),
    "column before the first": broken("columns/0/source", -1),
    "column at a fraction": broken("columns/0/source", 0.5),
    "column at true": broken("columns/0/source", True),
    "unknown op": broken("columns/0/op", "eval"),
    "unknown step": broken("columns/0/steps", [["exec", 1.0]]),
    "step of text": broken("columns/0/steps", [["add", "1"]]),
    "too many steps": broken("columns/0/steps", [["add", 1.0]] * 51),
    "no such function": broken("columns/0/steps", [["plain", 99.0]]),
    "half a function": broken("columns/0/steps", [["plain", 0.5]]),
    "no such table": broken("columns/0/steps", [["bins", 0.0]]),
    "table before the first": tabled("bins", [1.0], place=-1.0),
    "table backwards": tabled("bins", [2.0, 1.0]),
    "table of nothing": tabled("bins", [float("nan")]),
    "quantiles without heights": tabled("quantiles", [0.0, 1.0]),
    "quantiles that are odd": tabled("quantiles", [0.0, 1.0, 2.0, 3.0]),
    "quantiles backwards": tabled("quantiles", [0.0, 2.0, 1.0, 0.0, 1.0]),
    "table of another length": broken("columns/0", {"source": 0, "op": "number", "tables": [[7, pack(np.zeros(3))]]}),
    "table without end": broken("columns/0", {"source": 0, "op": "number", "tables": [[10**9, pack(np.zeros(3))]]}),
    "fill of text": broken("columns/0/fill", "0"),
    "unhashable level": broken("columns/0", {"source": 0, "op": "lookup", "table": [[[1], 1.0]]}),
    "level as an object": broken("columns/0", {"source": 0, "op": "equals", "level": {"a": 1}}),
    "level too long": broken("columns/0", {"source": 0, "op": "equals", "level": "x" * 20_000}),
    "unknown link": broken("link", "__import__"),
    "unhashable link": broken("link", ["softmax"]),
    "unknown task": broken("task", "anything"),
    "unknown scale": broken("margin_scale", "furlongs"),
    "too few classes": broken("classes", ["a", "b"]),
    "unknown body": broken("body/kind", "python"),
    "negative nodes": broken("body/nodes", -1),
    "billions of nodes": broken("body/nodes", 10**12),
    "nodes as text": broken("body/nodes", "12"),
    "more nodes than numbers": broken("body/nodes", NODES + 1),
    "more trees than nodes": broken("body/trees", NODES + 5),
    "base is not finite": broken("body/base", [float("inf"), 0.0, 0.0]),
    "base nested": broken("body/base", [[0.0], [0.0], [0.0]]),
    "base empty": broken("body/base", []),
    "array of objects": broken("body/number", ["O8", "AAAA"]),
    "array not base64": broken("body/number", ["f4", "!" * (((NODES * 4) + 2) // 3 * 4)]),
    "array too short": broken("body/number", ["f4", "AAAA"]),
    "array is a text": broken("body/number", "f4"),
    "feature beyond the columns": broken("body/feature", ints({0: 99}, "feature")),
    "feature below a leaf": broken("body/feature", ints({0: -7}, "feature")),
    "feature as floats": broken("body/feature", pack(case(WIRE).portable().body.feature.astype(float) + 0.5)),
    "child is the node itself": broken("body/left", ints({0: 0}, "left")),
    "child beyond the end": broken("body/left", ints({0: 10**6}, "left")),
    "child before the start": broken("body/left", ints({0: -5}, "left")),
    "two parents": broken("body/left", ints({0: 2}, "left")),
    "root inside a tree": broken("body/roots", ints({1: 1}, "roots")),
    "root beyond the end": broken("body/roots", ints({1: 10**7}, "roots")),
    "same root twice": broken("body/roots", ints({1: 0}, "roots")),
    "tree of no output": broken("body/output", pack(np.full(45, 9))),
    "number is not a number": broken("body/number", pack(np.full(NODES, np.nan))),
    "categories at a leaf": broken("body/categories", [[NODES - 1, [1]]]),
    "categories nowhere": broken("body/categories", [[NODES + 1, [1]]]),
    "categories of text": broken("body/categories", [[0, ["a"]]]),
    "negative category": broken("body/categories", [[0, [-1]]]),
    "categories of no list": broken("body/categories", 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_forms_are_refused(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        from_json(HOSTILE[name])
    assert caught.value.why
    assert caught.value.hint


def test_a_chain_without_end_is_refused() -> None:
    """One tree of 5,000 levels: legal indices, but no walk should take that long."""
    depth = 5_000
    nodes = 2 * depth + 1
    inner = np.arange(nodes) % 2 == 0
    inner[-1] = False
    body = {
        "kind": "trees",
        "nodes": nodes,
        "trees": 1,
        "base": [0.0],
        "strict": True,
        "float32": False,
        "roots": pack(np.array([0])),
        "feature": pack(np.where(inner, 0, -1)),
        "left": pack(np.where(inner, 1, 0)),
        "right": pack(np.where(inner, 2, 0)),
        "missing_left": pack(np.zeros(nodes, dtype=bool)),
        "number": pack(np.zeros(nodes)),
        "output": pack(np.array([0])),
    }
    data = {**to_json(case("linear").portable()), "body": body}
    with pytest.raises(ModelError, match="deeper"):
        from_json(again(data))


def test_a_ring_that_no_root_reaches_is_never_walked() -> None:
    """Two nodes that point at each other and at no tree: refused or harmless, but it returns."""
    trees = case(WIRE).portable()
    data = to_json(trees)
    ring = ints({int(np.flatnonzero(trees.body.feature >= 0)[1]): 0}, "left")
    data["body"]["left"] = ring
    with pytest.raises(ModelError):
        from_json(again(data))


def test_linear_weights_are_checked() -> None:
    data = again(to_json(case("linear").portable()))
    data["body"]["weights"] = pack(np.array([np.nan]))
    with pytest.raises(ModelError):
        from_json(data)


LAYER = {"op": "scale", "inputs": [0]}
LINE = {"op": "interpolate", "inputs": [0], "shape": [2, 2]}
WIDE = "pipeline, xgboost dense"
HOSTILE_LAYERS: dict[str, Any] = {
    "no layers": [],
    "not a list": {"0": LAYER},
    "unknown op": [{"op": "lambda", "inputs": [0]}],
    "from itself": [{"op": "scale", "inputs": [1]}],
    "from nowhere": [{"op": "add", "inputs": []}],
    "two for one": [{"op": "scale", "inputs": [0, 0]}],
    "three to subtract": [{"op": "subtract", "inputs": [0, 0, 0]}],
    "widths that differ": [{"op": "pick", "inputs": [0], "places": [0]}, {"op": "add", "inputs": [0, 1]}],
    "dense without weights": [{"op": "dense", "inputs": [0]}],
    "dense of another width": [{"op": "dense", "inputs": [0], "shape": [9, 1], "weights": pack(np.zeros(9))}],
    "dense of a billion": [{"op": "dense", "inputs": [0], "shape": [4, 10**9], "weights": pack(np.zeros(4))}],
    "weights that are no numbers": [{**LAYER, "weights": pack(np.full(4, np.nan))}],
    "biases that are too short": [{**LAYER, "biases": pack(np.zeros(3))}],
    "unknown activation": [{"op": "activation", "inputs": [0], "activation": "eval"}],
    "relu without a slope": [{"op": "activation", "inputs": [0], "activation": "relu"}],
    "prelu without slopes": [{"op": "activation", "inputs": [0], "activation": "prelu"}],
    "a place beyond": [{"op": "pick", "inputs": [0], "places": [4]}],
    "no place": [{"op": "pick", "inputs": [0]}],
    "trees that are not there": [{"op": "trees", "inputs": [0]}],
    "trees of other columns": [{"op": "trees", "inputs": [0], "trees": to_json(case(WIDE).portable())["body"]}],
    "a broken line backwards": [{**LINE, "weights": pack(np.array([[1.0, 0.0], [0.0, 1.0]]))}],
    "a broken line without heights": [{**LINE, "shape": [1, 2], "weights": pack(np.zeros(2))}],
    "a line that is not there": [LINE],
    "a power without lambda": [{"op": "activation", "inputs": [0], "activation": "yeo_johnson"}],
}


@pytest.mark.parametrize("name", HOSTILE_LAYERS)
def test_hostile_layers_are_refused(name: str) -> None:
    data = again(to_json(case("network").portable()))
    assert len(data["columns"]) == 4
    data["body"]["layers"] = again(HOSTILE_LAYERS[name])
    with pytest.raises(ModelError):
        from_json(data)
