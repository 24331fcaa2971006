"""The same questions through ``core.explain`` and to the originals: dalex, shap, lime, eli5, scikit-learn.

``make.py`` wrote ``numbers.json``. Where an original only samples, ours must lie within four of its standard errors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.types import Model, Table
from tests.reference.cases import CASES, Case

NUMBERS: dict[str, Any] = json.loads(Path(__file__).with_name("numbers.json").read_text(encoding="utf-8"))
ALL = 10_000
"""More than any table here has rows: everything is asked against all of them."""


@dataclass(frozen=True)
class Asked:
    """A case with its matched model and table, and what the originals said."""

    case: Case
    model: Model
    table: Table
    said: dict[str, Any]

    def explain(self, method: str, **params: Any) -> Any:
        """Our answer about the case's row and class."""
        return core.explain(method, self.model, self.table, self.case.row, output=self.case.output, **params)


@pytest.fixture(scope="module", params=CASES)
def asked(request, shared_data: Path) -> Asked:
    case = CASES[request.param]
    if "catboost" in request.param:
        pytest.importorskip("catboost")
    frame = case.table(shared_data)
    found = match(wrap(case.fitted(frame)), from_frame(frame, request.param, target=case.target))
    return Asked(case, found.model, found.table, NUMBERS[request.param])


def test_the_models_are_the_same(asked: Asked) -> None:
    mine = asked.model.predict(asked.table.rows(range(10)))[:, asked.case.output]
    assert mine == pytest.approx(asked.said["answers"], rel=1e-5)


def test_break_down_in_a_given_order(asked: Asked) -> None:
    said = asked.said["break_down"]
    order = [name for (name,) in said["steps"]]
    mine = asked.explain("break_down", order=order, background=ALL)
    assert mine.features == tuple(order)
    assert mine.base == pytest.approx(said["base"], rel=1e-5)
    assert mine.values == pytest.approx(said["contributions"], rel=1e-4, abs=1e-5)
    assert mine.output == pytest.approx(said["prediction"], rel=1e-5)


def test_break_down_with_interactions_takes_the_same_pairs(asked: Asked) -> None:
    for key, preference in (("interactions", 1), ("preferred", 3)):
        said = asked.said[key]
        mine = asked.explain("break_down", interactions=True, preference=preference, background=ALL)
        steps = [set(name.split(" × ")) for name in mine.features]
        assert steps == [set(step) for step in said["steps"]], key
        assert mine.values == pytest.approx(said["contributions"], rel=1e-4, abs=1e-5), key


def test_sampled_shapley_values_are_around_the_exact_ones(asked: Asked) -> None:
    mine = asked.explain("shap", kind="exact", scale="probability", background=ALL)
    for name, value in zip(mine.features, mine.values, strict=True):
        mean, deviation = asked.said["shapley"][name]
        assert abs(value - mean) <= 4 * deviation / np.sqrt(30) + 1e-9


def test_profiles_on_given_grids(asked: Asked) -> None:
    for feature, grid in asked.case.profiles.items():
        said, at = asked.said["profiles"][feature], ", ".join(str(value) for value in grid)
        single = asked.explain("ceteris_paribus", feature=feature, at=at)
        own = [single.values[0][single.grid.index(value)] for value in grid]
        assert own == pytest.approx(said["ceteris_paribus"], rel=1e-5)
        for kind in ("partial", "conditional", "accumulated"):
            mine = asked.explain("model_profile", feature=feature, kind=kind, at=at, accumulate="weights", rows=ALL)
            assert mine.grid == tuple(grid)
            assert mine.values[0] == pytest.approx(said[kind], rel=1e-5), (feature, kind)


def test_partial_dependence_of_scikit_learn(asked: Asked) -> None:
    for feature, said in asked.said["scikit-learn"].items():
        at = ", ".join(str(value) for value in asked.case.profiles[feature])
        mine = asked.explain("model_profile", feature=feature, at=at, rows=ALL)
        assert mine.values[0] == pytest.approx(said, rel=1e-5)


def test_shap_values_of_every_kind(asked: Asked) -> None:
    for kind, said in asked.said["shap"].items():
        scale = "probability" if kind == "exact" else "auto"
        mine = asked.explain("shap", kind=kind, scale=scale, background=ALL)
        assert mine.base == pytest.approx(said["base"], rel=1e-5, abs=1e-6), kind
        assert mine.values == pytest.approx(said["values"], rel=1e-4, abs=2e-5), kind


def test_lime_weights_within_their_spread_over_seeds(asked: Asked) -> None:
    said = asked.said.get("lime")
    if said is None:
        pytest.skip("lime refuses text columns")
    drawn = []
    for seed in range(5):
        mine = asked.explain("lime", num_features=len(asked.case.columns), seed=seed)
        drawn.append([mine.values[mine.features.index(name)] for name in asked.case.columns])
    error = np.hypot(np.array(said["deviation"]) / np.sqrt(10), np.std(drawn, axis=0, ddof=1) / np.sqrt(5))
    gap = np.abs(np.mean(drawn, axis=0) - said["mean"])
    assert (gap <= 5 * error + 0.01 * np.abs(said["mean"]).max()).all(), (gap, error)


def test_permutation_importance_within_its_errors(asked: Asked) -> None:
    said = asked.said["importance"]
    mine = asked.explain("permutation_importance", rounds=30, rows=ALL)
    best = 1 - said["base"] if asked.case.task == "binary" else -said["base"]
    assert mine.reference == pytest.approx(best, rel=1e-5)
    error = np.hypot(np.array(said["deviation"]), mine.spread) / np.sqrt(said["rounds"])
    ours = np.array([mine.values[mine.features.index(name)] for name in asked.case.columns])
    assert (np.abs(ours - said["mean"]) <= 4 * error + 1e-9).all()


def test_columns_shuffled_jointly_in_the_three_ways_of_dalex(asked: Asked) -> None:
    said = asked.said["grouped"]
    if not said:
        pytest.skip("dalex scores one class against the others")
    both = " + ".join(asked.case.columns[:2])
    error = 0.0
    for ours, theirs in (("loss", "variable_importance"), ("difference", "difference"), ("ratio", "ratio")):
        mine = asked.explain("permutation_importance", report=ours, rounds=30, rows=ALL, groups=f"both = {both}")
        assert mine.reference == pytest.approx(said["full"], rel=1e-5)
        place = mine.features.index("both")
        error = error or float(np.hypot(said["deviation"], mine.spread[place]) / np.sqrt(30))
        allowed = error / said["full"] if ours == "ratio" else error
        assert abs(mine.values[place] - said[theirs]) <= 4 * allowed + 1e-9, ours


def test_performance(asked: Asked) -> None:
    mine = {score.name: score.value for score in asked.explain("performance", rows=ALL).scores}
    for name, value in asked.said["performance"].items():
        assert mine[name] == pytest.approx(value, rel=1e-5), name


def test_residuals(asked: Asked) -> None:
    if asked.case.task != "regression":
        pytest.skip("dalex subtracts probabilities from 0 and 1")
    mine = asked.explain("residuals", rows=5_000)
    assert mine.rows[:20] == tuple(range(20))
    assert mine.y[:20] == pytest.approx(asked.said["residuals"], rel=1e-4, abs=1e-5)


def test_a_surrogate_tree_asks_the_same_feature_first(asked: Asked) -> None:
    if not asked.said["surrogate"]:
        pytest.skip("dalex's surrogate refuses text columns")
    mine = asked.explain("surrogate", depth=3, rows=ALL)
    assert mine.nodes[0].feature == asked.said["surrogate"]
