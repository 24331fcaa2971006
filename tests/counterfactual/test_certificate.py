"""The certificate against brute force over every combination of cells, on small ensembles of every family."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)

from core.counterfactual.cells import cells_of
from core.counterfactual.certificate import prove
from core.counterfactual.forms import forms_for
from core.counterfactual.improve import certify, oracle_for, question, questions_for, units
from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.params import resolve
from core.registry import Job, get
from core.types import Model, Table


def small(classes: int, seed: int = 0) -> pd.DataFrame:
    """Three features on coarse grids, so that every combination can be tried."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "a": random.integers(0, 12, 150),
        "b": (random.integers(0, 10, 150) / 10).round(1),
        "c": random.integers(0, 5, 150),
    })  # fmt: skip  # a table
    rule = frame["a"] / 12 + frame["b"] + (frame["c"] == 2) * 0.7 + random.normal(0, 0.15, 150)
    frame["y"] = pd.qcut(rule, classes, labels=False) if classes else rule
    return frame


def model_of(family: str, frame: pd.DataFrame) -> Model:
    inputs, truth = frame[["a", "b", "c"]], frame["y"]
    if family == "xgboost":
        from xgboost import XGBClassifier

        return wrap(XGBClassifier(n_estimators=8, max_depth=3, n_jobs=1).fit(inputs, truth))
    if family == "lightgbm":
        from lightgbm import LGBMClassifier

        settings = {"n_estimators": 8, "min_child_samples": 5, "verbose": -1, "n_jobs": 1}
        return wrap(LGBMClassifier(**settings).fit(inputs, truth))
    kind = {
        "forest": RandomForestClassifier(8, max_depth=4, random_state=0),
        "boosting": GradientBoostingClassifier(n_estimators=8, random_state=0),
        "extra trees": ExtraTreesClassifier(8, max_depth=4, random_state=0),
        "histogram boosting": HistGradientBoostingClassifier(max_iter=8, max_depth=3, random_state=0),
        "regression": RandomForestRegressor(8, max_depth=4, random_state=0),
    }[family]
    return wrap(kind.fit(inputs, truth))


def job_of(model: Model, table: Table, row: int, **params: object) -> Job:
    method = get("nudges")
    return Job(model, table, row, 1 if model.task == "binary" else 0, resolve(method, params, table))


def brute_force(model: Model, table: Table, row: int, reached: object) -> float:
    """Changes plus distance of the cheapest of all combinations of values; infinite when none reaches the goal."""
    own = table.instance(row)
    grids = [np.arange(0, 12), np.arange(0, 10) / 10, np.arange(0, 5)]
    frame = pd.DataFrame(list(product(*grids)), columns=["a", "b", "c"]).astype(own.dtypes.to_dict())
    good = frame[reached(model.predict(frame))]
    if good.empty:
        return np.inf
    gaps = np.abs(good.to_numpy(float) - own.to_numpy(float))
    ranges = [table.schema[name].high - table.schema[name].low for name in ("a", "b", "c")]
    return float(((gaps > 1e-9).sum(axis=1) + (gaps / ranges).mean(axis=1)).min())


@pytest.mark.parametrize("family", ["xgboost", "lightgbm", "forest", "extra trees", "boosting", "histogram boosting"])
@pytest.mark.parametrize("classes", [2, 3])
def test_proved_answers_are_what_brute_force_finds(family, classes):
    frame = small(classes)
    model, table = model_of(family, frame), from_frame(frame, target="y")
    for row in range(6):
        asked = question(job_of(model, table, row))
        before = model.predict(table.instance(row))[0].argmax()
        truth = brute_force(model, table, row, lambda outputs, own=before: outputs.argmax(axis=1) != own)
        result = explain("nudges", model, table, row, k=1)
        check = next(check for check in result.checks if check.name == "smallest")
        assert check.passed is True
        assert len(result.nudges[0].changes) + result.nudges[0].distance == pytest.approx(truth, abs=1e-9)
        assert not asked.reached


@pytest.mark.parametrize("prefer", ["fewest features", "smallest distance"])
def test_branch_and_bound_alone_equals_brute_force(prefer):
    """Started from nothing, without the searches that usually find the answer first."""
    frame = small(3, seed=4)
    model, table = model_of("xgboost", frame), from_frame(frame, target="y")
    for row in range(8):
        asked = question(job_of(model, table, row, prefer=prefer, target="2"))
        if asked.reached:
            continue
        oracle = oracle_for(asked)
        asks = questions_for(asked, oracle, units(asked.code, asked.constraints, asked.prepared.rows))
        proof = certify(asked, oracle, asks)
        assert proof.complete
        truth = brute_force(model, table, row, lambda outputs: outputs.argmax(axis=1) == 2)
        if prefer == "fewest features":
            assert oracle.bound == pytest.approx(truth, abs=1e-9)
        else:
            assert oracle.bound <= truth - int(truth) + 1e-9


@pytest.mark.parametrize("change", [-8.0, 12.0])
def test_regression_bands_are_proved_too(change):
    frame = small(0)
    model, table = model_of("regression", frame), from_frame(frame, target="y")
    for row in range(5):
        edge = model.predict(table.instance(row))[0, 0] * (1 + change / 100)
        result = explain("nudges", model, table, row, change=change, k=1)
        good = (lambda out, at=edge: out[:, 0] <= at) if change < 0 else (lambda out, at=edge: out[:, 0] >= at)
        truth = brute_force(model, table, row, good)
        if np.isinf(truth):
            assert not result.nudges
            assert "proved" in result.reason
        else:
            assert len(result.nudges[0].changes) + result.nudges[0].distance == pytest.approx(truth, abs=1e-9)


def test_a_lower_bound_holds_when_the_proof_is_cut_short():
    frame = small(2, seed=2)
    model, table = model_of("xgboost", frame), from_frame(frame, target="y")
    for row in range(6):
        asked = question(job_of(model, table, row))
        oracle = oracle_for(asked)
        asks = questions_for(asked, oracle, units(asked.code, asked.constraints, asked.prepared.rows))
        forms = forms_for(asked.goal, asks.fast.portable, len(asks.fast.portable.body.base))
        before = model.predict(table.instance(row))[0].argmax()
        truth = brute_force(model, table, row, lambda outputs, own=before: outputs.argmax(axis=1) != own)
        for states in (0, 1, 3, 10):
            proof = prove(oracle_for(asked), cells_of(asks, asked.constraints.origin, 3), forms, 60.0, states)
            assert proof.bound <= truth + 1e-9
