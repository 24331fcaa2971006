"""core/assets/evaluate.js gives what core/portable/evaluate.py gives, on every family."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.codec import plain
from core.portable import evaluate, from_json, margins, to_json
from core.views.whatif import joined
from tests.portable.models import CASES, case

ASK = """
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8"));
const clean = (values) => Array.from(values, (x) => (Number.isFinite(x) ? x : String(x)));
const answers = asked.map(({ model, rows, feature, grid }) => {
  const loaded = evaluator.load(model);
  return {
    margins: rows.map((row) => clean(evaluator.margin(loaded, row))),
    outputs: rows.map((row) => clean(evaluator.predict(loaded, row))),
    profile: evaluator.profile(loaded, rows[0], feature, grid).map(clean),
    same: model.features.every((_, moved) => {
      const cells = rows.map((row) => row[moved]);
      const single = cells.map((cell) => evaluator.predict(loaded, rows[0].map((own, i) => (i === moved ? cell : own))));
      return evaluator.profile(loaded, rows[0], moved, cells)
        .every((outputs, at) => outputs.every((output, k) => Object.is(output, single[at][k])));
    }),
  };
});
process.stdout.write(JSON.stringify(answers));
"""


def node() -> str | None:
    """The system's node, else the one that Playwright brings."""
    found = shutil.which("node")
    if found is None:
        try:
            import playwright
        except ImportError:
            return None
        driver = Path(playwright.__file__).parent / "driver" / "node"
        found = str(driver) if driver.exists() else None
    return found


NODE = node()
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")


def ask(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run evaluate.js once over several models."""
    module = joined("city.js", "functions.js", "trees.js", "evaluate.js") + ASK
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", module],
        input=json.dumps(questions, allow_nan=False),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows_of(frame: pd.DataFrame) -> list[list[Any]]:
    """Rows as the browser holds them: numbers, texts, booleans, null."""
    return [[plain(cell) for cell in row] for row in frame.itertuples(index=False)]


def numbers(values: list[list[Any]]) -> np.ndarray:
    return np.array([[float(str(x).replace("Infinity", "inf")) for x in row] for row in values])


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    questions = []
    for name in CASES:
        chosen = case(name)
        frame = chosen.frame.head(120)
        grid = [plain(cell) for cell in frame["a"].head(30)]
        questions.append({"model": to_json(chosen.portable()), "rows": rows_of(frame), "feature": 0, "grid": grid})
    return dict(zip(CASES, ask(questions), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_javascript_agrees_with_python(name: str, answers: dict[str, dict[str, Any]]) -> None:
    chosen = case(name)
    frame, portable = chosen.frame.head(120), chosen.portable()
    np.testing.assert_allclose(numbers(answers[name]["margins"]), margins(portable, frame), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(numbers(answers[name]["outputs"]), evaluate(portable, frame), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_profile_is_the_prediction_of_changed_rows(name: str, answers: dict[str, dict[str, Any]]) -> None:
    chosen = case(name)
    first = chosen.frame.head(1)
    changed = pd.concat([first] * 30, ignore_index=True).assign(a=chosen.frame["a"].head(30).to_numpy())
    expected = evaluate(chosen.portable(), changed)
    np.testing.assert_allclose(numbers(answers[name]["profile"]), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_along_any_feature_every_point_is_what_its_row_alone_gives(
    name: str, answers: dict[str, dict[str, Any]]
) -> None:
    """Trees send all points down together; that changes nothing, to the last digit."""
    assert answers[name]["same"] is True


def test_float32_rounding_and_strictness_at_a_threshold() -> None:
    """The split value itself, its float32 and float64 neighbours, signed zeros and infinities go the same way."""
    model = case("xgboost binary")
    portable = model.portable()
    inner = portable.body.feature == 0
    at = portable.body.threshold[inner][:20]
    near = np.concatenate(
        [
            at,
            np.nextafter(at, -math.inf),
            np.nextafter(at, math.inf),
            np.nextafter(at.astype(np.float32), np.float32(-np.inf)).astype(np.float64),
            [0.0, -0.0, 1e30, -1e30],
        ]
    )
    frame = pd.concat([model.frame.head(1)] * len(near), ignore_index=True).assign(a=near)
    [answer] = ask([{"model": to_json(portable), "rows": rows_of(frame), "feature": 0, "grid": []}])
    np.testing.assert_allclose(numbers(answer["margins"]), margins(portable, frame), rtol=1e-12)
    np.testing.assert_allclose(evaluate(portable, frame), model.reference(frame), atol=1e-6)
    assert len(np.unique(np.round(margins(portable, frame), 9))) > 1


def test_hostile_levels_are_only_looked_up() -> None:
    """Names of JavaScript's own properties are levels like any other; unseen ones stay unseen."""
    names = ["__proto__", "constructor", "toString", "<script>", "1"]
    table = [[name, float(code)] for code, name in enumerate(names)]
    model = {
        "version": 1,
        "features": ["__proto__"],
        "columns": [{"source": 0, "op": "lookup", "unseen": -1.0, "fill": -2.0, "table": table}],
        "body": {"kind": "linear", "base": [0.5], "weights": to_json(case("linear").portable())["body"]["weights"]},
        "link": "identity",
        "task": "regression",
        "classes": [],
        "margin_scale": "target",
    }
    model["body"]["weights"] = ["f4", "AACAPw=="]
    cells = [*names, "hasOwnProperty", 1, True, None]
    [answer] = ask([{"model": model, "rows": [[cell] for cell in cells], "feature": 0, "grid": cells}])
    frame = pd.DataFrame({"__proto__": pd.Series(cells, dtype=object)})
    expected = [0.5, 1.5, 2.5, 3.5, 4.5, -0.5, -0.5, -0.5, -1.5]
    assert numbers(answer["outputs"])[:, 0].tolist() == expected
    assert evaluate(from_json(model), frame)[:, 0].tolist() == expected
    assert numbers(answer["profile"])[:, 0].tolist() == expected
