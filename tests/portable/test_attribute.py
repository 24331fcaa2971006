"""core/assets/attribute.js gives what core/shapley gives: exact values of a changed row, in the browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.portable import Linear, Network, Portable, Trees, to_json
from core.portable.evaluate import encode, sums
from core.shapley.covers import expectation, shares
from core.shapley.deep import sweep
from core.shapley.grouped import grouped
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


def reference_of(portable: Portable, frame: Any) -> np.ndarray:
    """Where linear models are compared from: the mean of every encoded column."""
    return np.nan_to_num(encode(portable, frame)).mean(axis=0)


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, int], Any]:
    """All models in one run; they are fitted here, not where tests are only listed."""
    keys, questions = [], []
    for name in CASES:
        chosen = case(name)
        portable = chosen.portable()
        reference = reference_of(portable, chosen.frame).tolist()
        for output in outputs(name):
            keys.append((name, output))
            rows = rows_of(chosen.frame.head(ROWS))
            questions.append({"model": to_json(portable), "rows": rows, "output": output, "reference": reference})
    return dict(zip(keys, ask(questions), strict=True))


def swept(portable: Portable, encoded: np.ndarray, output: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Base, values and sums of the sweep over a model's trees."""
    paths = follow(portable)
    worth = np.ascontiguousarray(picked(portable.body.value, portable, output))
    own = float(picked(portable.body.base, portable, output))
    values, sums_ = sweep(paths, worth, len(portable.features), own).values(encoded)
    return own + expectation(paths, worth, shares(paths)), values, sums_


def moved_alone(portable: Portable, encoded: np.ndarray, reference: np.ndarray, output: int) -> np.ndarray:
    """The definition: the mean change of the sum when one feature comes from the row, all others from anywhere."""
    weights = picked(portable.body.weights, portable, output)
    values = np.empty((len(encoded), len(portable.features)))
    for feature in range(len(portable.features)):
        mine = np.flatnonzero(portable.sources == feature)
        moved = np.tile(reference, (len(encoded), 1))
        moved[:, mine] = encoded[:, mine]
        values[:, feature] = moved @ weights - reference @ weights
    return values


@pytest.mark.parametrize("name", CASES)
def test_every_model_gets_exact_values_that_add_up_or_none(name: str, answers: dict[tuple[str, int], Any]) -> None:
    """Missing values, level sets, deep trees, several classes, base scores, float32 thresholds, DART, forests, lines.

    Layers have no exact way in the browser but where they are columns of several features before trees.
    """
    chosen = case(name)
    portable = chosen.portable()
    encoded = encode(portable, chosen.frame.head(ROWS))
    for output in outputs(name):
        found = answers[name, output]
        assert (found is None) == (isinstance(portable.body, Network) and grouped(portable) is None)
        if found is None:
            continue
        base, values, total = (np.array([row[part] for row in found]) for part in ("base", "values", "sum"))
        if isinstance(portable.body, Trees):
            expected_base, expected, expected_sum = swept(portable, encoded, output)
            np.testing.assert_allclose(base, expected_base, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(total, expected_sum, rtol=1e-9, atol=1e-9)
        elif isinstance(portable.body, Linear):
            expected = moved_alone(portable, encoded, reference_of(portable, chosen.frame), output)
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)
        margin = picked(sums(portable, encoded), portable, output)
        np.testing.assert_allclose(base + values.sum(axis=1), margin, rtol=1e-9, atol=1e-9)


def test_trees_lines_and_layers_are_all_among_them() -> None:
    kinds = [type(case(name).portable().body) for name in CASES]
    assert min(kinds.count(Trees), kinds.count(Linear), len(kinds) - kinds.count(Trees) - kinds.count(Linear)) > 20


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
