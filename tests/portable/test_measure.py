"""What a plain form is said to take is at least what its arrays take, and not many times as much."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest

from core.portable import from_json, taken, to_json
from core.portable.packed import pack
from core.workers.lease import MAX_PLAIN
from tests.portable.models import case


def held(data: Any) -> int:
    """Bytes that stay after reading, as Python counts them."""
    tracemalloc.start()
    made = from_json(data)
    now = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert made is not None
    return now


def stumps(trees: int, outputs: int) -> dict[str, Any]:
    """A forest of as many stumps, of few bytes: each node has a number for every output once it is read."""
    kinds = {"feature": [0, -1, -1], "left": [1, 0, 0], "right": [2, 0, 0]}
    body = {
        **{"kind": "trees", "nodes": 3 * trees, "trees": trees, "base": [0.0] * outputs},
        **{"strict": True, "float32": False, "roots": pack(np.array([0, *[3] * (trees - 1)]))},
        **{name: pack(np.tile(parts, trees)) for name, parts in kinds.items()},
        **{"missing_left": pack(np.zeros(3 * trees, bool)), "number": pack(np.ones(3 * trees))},
        "output": pack(np.zeros(trees, np.int64)),
    }
    named = {"features": ["a"], "columns": [{"source": 0, "op": "number"}], "classes": [str(n) for n in range(outputs)]}
    return {"version": 1, **named, "body": body, "link": "softmax", "task": "multiclass", "margin_scale": None}


@pytest.mark.parametrize("name", ["xgboost three", "random forest", "lightgbm levels", "network"])
def test_what_is_held_is_no_more_than_was_said(name: str) -> None:
    portable = case(name).portable()
    assert portable is not None
    data = to_json(portable)
    assert 0 < held(data) <= 1.5 * taken(data) + 50_000


def test_a_forest_of_many_outputs_is_known_before_it_is_built() -> None:
    data = stumps(300, 1_000)
    assert len(json.dumps(data)) < 40_000
    assert 0.5 * taken(data) < held(data) <= 1.1 * taken(data)
    assert taken(stumps(6_000, 1_000)) > MAX_PLAIN


def test_a_forest_of_five_thousand_trees_is_handed_on() -> None:
    data = stumps(5_000 * 10, 3)  # as many nodes as 5,000 trees of 30
    assert taken(data) < MAX_PLAIN
    assert len(from_json(data).ensembles[0].roots) == 50_000


@pytest.mark.parametrize("odd", [None, 5, "x", [], {"nodes": "many", "base": 3}, {"nodes": -9, "base": []}])
def test_what_is_no_form_is_measured_too(odd: Any) -> None:
    assert 0 <= taken(odd) < 1_000
