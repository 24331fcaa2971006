"""core/assets/attribute.js gives what core/shapley gives: exact values of a changed row, in the browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.portable import Linear, Trees, to_json
from core.portable.evaluate import encode, sums
from core.shapley.covers import expectation, shares
from core.shapley.deep import sweep
from core.shapley.paths import follow
from core.views.whatif import joined
from tests.portable.models import CASES, case
from tests.portable.test_javascript import NODE, rows_of

ASSETS = Path(__file__).parents[2] / "core" / "assets"
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")
ASK = """
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = asked.map(({ model, rows, output, reference, slice }) => {
  const ready = attributor.prepare(evaluator.load(model), output, reference);
  if (ready === null) return null;
  return rows.map((row) => {
    const task = attributor.start(ready, row);
    let slices = 1;
    while (!attributor.run(task, slice ?? Infinity)) slices += 1;
    return { base: ready.base, values: Array.from(task.values), sum: task.sum, slices };
  });
});
process.stdout.write(JSON.stringify(answers));
"""
TREES = [name for name in CASES if isinstance(case(name).portable().body, Trees)]
LINEAR = [name for name in CASES if isinstance(case(name).portable().body, Linear)]
ROWS = 25


def ask(questions: list[dict[str, Any]]) -> list[Any]:
    module = joined("city.js", "functions.js", "trees.js", "evaluate.js", "attribute.js") + ASK
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", module],
        input=json.dumps(questions, allow_nan=False),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def outputs(name: str) -> list[int]:
    """Outputs to explain: all of several, both of two."""
    return list(range(max(1, len(case(name).classes))))


def picked(array: np.ndarray, portable: Any, output: int) -> np.ndarray:
    """The explained sum; the first of two classes is the negative of the other."""
    if portable.link == "logistic":
        return array[..., 0] * (-1 if output == 0 else 1)
    return array[..., output]


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, int], Any]:
    keys, questions = [], []
    for name in [*TREES, *LINEAR]:
        chosen = case(name)
        portable = chosen.portable()
        reference = np.nan_to_num(encode(portable, chosen.frame)).mean(axis=0).tolist()
        for output in outputs(name):
            keys.append((name, output))
            rows = rows_of(chosen.frame.head(ROWS))
            questions.append({"model": to_json(portable), "rows": rows, "output": output, "reference": reference})
    return dict(zip(keys, ask(questions), strict=True))


@pytest.mark.parametrize("name", TREES)
def test_trees_get_the_values_of_the_sweep(name: str, answers: dict[tuple[str, int], Any]) -> None:
    """Missing values, level sets, deep trees, several classes, base scores, float32 thresholds, DART, forests."""
    chosen = case(name)
    portable = chosen.portable()
    paths = follow(portable)
    encoded = encode(portable, chosen.frame.head(ROWS))
    for output in outputs(name):
        worth = np.ascontiguousarray(picked(portable.body.value, portable, output))
        own = float(picked(portable.body.base, portable, output))
        found = answers[name, output]
        base = own + expectation(paths, worth, shares(paths))
        np.testing.assert_allclose([row["base"] for row in found], base, rtol=1e-9, atol=1e-9)
        expected, sum_ = sweep(paths, worth, len(portable.features), own).values(encoded)
        np.testing.assert_allclose([row["values"] for row in found], expected, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose([row["sum"] for row in found], sum_, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [*TREES, *LINEAR])
def test_everything_adds_up_to_the_prediction(name: str, answers: dict[tuple[str, int], Any]) -> None:
    chosen = case(name)
    portable = chosen.portable()
    margin = sums(portable, encode(portable, chosen.frame.head(ROWS)))
    for output in outputs(name):
        total = [row["base"] + sum(row["values"]) for row in answers[name, output]]
        np.testing.assert_allclose(total, picked(margin, portable, output), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", LINEAR)
def test_linear_models_get_the_closed_form(name: str, answers: dict[tuple[str, int], Any]) -> None:
    """Against the definition: the mean change of the sum when one column comes from the row, all others from anywhere."""
    chosen = case(name)
    portable = chosen.portable()
    encoded = encode(portable, chosen.frame.head(ROWS))
    reference = np.nan_to_num(encode(portable, chosen.frame)).mean(axis=0)
    for output in outputs(name):
        weights = picked(portable.body.weights, portable, output)
        for feature in range(len(portable.features)):
            mine = np.flatnonzero(portable.sources == feature)
            moved = np.tile(reference, (ROWS, 1))
            moved[:, mine] = encoded[:, mine]
            expected = moved @ weights - reference @ weights
            found = [row["values"][feature] for row in answers[name, output]]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_slices_give_the_same() -> None:
    chosen = case("xgboost three parallel")
    question = {"model": to_json(chosen.portable()), "rows": rows_of(chosen.frame.head(2)), "output": 1}
    whole, sliced = ask([question, {**question, "slice": 0}])
    assert sliced[0]["slices"] > 1
    assert [row["values"] for row in whole] == [row["values"] for row in sliced]


def test_networks_and_trees_without_weights_have_no_exact_way() -> None:
    network, trees = case("network"), case("xgboost binary")
    found = ask(
        [
            {"model": to_json(network.portable()), "rows": [], "output": 0},
            {"model": to_json(trees.portable(), cover=False), "rows": [], "output": 0},
            {"model": to_json(case("linear").portable()), "rows": [], "output": 0},
        ]
    )
    assert found == [None, None, None]
