"""Cells of trees: every candidate, pair and question against the model's own predictions, for every family."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.counterfactual.candidates import units
from core.counterfactual.cells import cells_of
from core.counterfactual.improve import oracle_for, question, questions_for
from core.counterfactual.thresholds import pack
from core.loading.frames import from_frame
from core.models import wrap
from core.params import resolve
from core.registry import Job, get


def people(size: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({
        "income": random.normal(50, 12, size).round(1),
        "years": random.integers(0, 30, size),
        "rate": np.where(random.random(size) < 0.15, np.nan, random.random(size).round(2)),
        "job": random.choice(["clerk", "nurse", "none"], size),
        "home": random.choice(["own", "rent"], size),
    })  # fmt: skip  # a table
    rule = 0.05 * frame["income"] - 0.1 * frame["years"] + (frame["job"] == "nurse") + frame["rate"].fillna(2)
    frame["y"] = pd.qcut(rule, 3, labels=False)
    return frame


def fitted(family: str, frame: pd.DataFrame):
    inputs, truth = frame.drop(columns="y"), frame["y"]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    encoder = make_column_transformer((numbers, ["income", "years", "rate"]), (OneHotEncoder(), ["job", "home"]))
    if family == "pipeline":
        return wrap(make_pipeline(encoder, RandomForestClassifier(10, max_depth=5, random_state=0)).fit(inputs, truth))
    if family == "extra":
        return wrap(make_pipeline(encoder, ExtraTreesClassifier(10, max_depth=5, random_state=0)).fit(inputs, truth))
    inputs = inputs.astype({"job": "category", "home": "category"})
    if family == "xgboost":
        from xgboost import XGBClassifier

        return wrap(XGBClassifier(n_estimators=6, max_depth=4, enable_categorical=True, n_jobs=1).fit(inputs, truth))
    from lightgbm import LGBMClassifier

    return wrap(LGBMClassifier(n_estimators=6, min_child_samples=5, verbose=-1, n_jobs=1).fit(inputs, truth))


def cells_at(family: str, row: int, depth: int, **params: object):
    frame = people()
    if family in ("xgboost", "lightgbm"):
        frame = frame.astype({"job": "category", "home": "category"})
    model, table = fitted(family, frame), from_frame(frame, target="y")
    job = Job(model, table, row, 0, resolve(get("nudges"), params, table))
    asked = question(job)
    oracle = oracle_for(asked)
    asks = questions_for(asked, oracle, units(asked.code, asked.constraints, asked.prepared.rows))
    return model, asked, cells_of(asks, asked.constraints.origin, depth)


FAMILIES = ["pipeline", "extra", "xgboost", "lightgbm"]


@pytest.mark.parametrize("family", FAMILIES)
def test_singles_and_pairs_are_the_models_own_predictions(family):
    for row in (0, 5):
        model, asked, cells = cells_at(family, row, 2, missing=("rate",))
        count = len(cells.units) - 1
        for unit in range(count):
            picks = np.arange(len(cells.units[unit].values))[:, None]
            own = model.predict(asked.code.decode(cells.rows((unit,), picks)))
            assert cells.outputs(cells.single(unit)) == pytest.approx(own, abs=1e-5)
        for first in range(count):
            second = (first + 1) % count
            grid = cells.pair(first, second)
            picks = np.argwhere(np.ones(grid.shape[:2], dtype=bool))
            own = model.predict(asked.code.decode(cells.rows((first, second), picks)))
            assert cells.outputs(grid) == pytest.approx(own, abs=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_value_between_two_candidates_predicts_like_one_of_them(family):
    """No cell is left out: any value in the data's precision has the prediction of a candidate at most as far."""
    model, asked, cells = cells_at(family, 3, 1)
    for unit in cells.units[:-1]:
        place = unit.features[0]
        if not asked.code.ordered[place] or np.isnan(asked.constraints.origin[place]):
            continue
        limit, step = asked.constraints.limits[place], asked.code.step(place)
        line = asked.code.round(place, np.arange(limit.low, limit.high + step / 2, step))
        rows = np.repeat(asked.constraints.origin[None, :], len(line), axis=0)
        rows[:, place] = line
        own = model.predict(asked.code.decode(rows))
        rows = np.repeat(asked.constraints.origin[None, :], len(unit.values), axis=0)
        rows[:, place] = unit.values[:, 0]
        known = model.predict(asked.code.decode(rows))
        gaps = np.abs(unit.values[:, 0] - asked.constraints.origin[place])
        for value, outputs in zip(line, own, strict=True):
            near = gaps <= abs(value - asked.constraints.origin[place]) + 1e-9
            assert np.isclose(known[near], outputs, atol=1e-6).all(axis=1).any()


def test_leaves_within_reach_are_those_that_few_changes_reach():
    _, _, one = cells_at("xgboost", 2, 1)
    _, _, two = cells_at("xgboost", 2, 2)
    assert one.conflicts.sum(axis=1).max() <= 1
    assert len(one.tree) < len(two.tree)
    assert (np.bincount(one.tree) >= 1).all()


def test_pack_keeps_every_flag():
    flags = np.random.default_rng(0).random((7, 130)) < 0.5
    words = pack(flags)
    assert words.shape == (7, 3)
    back = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")[:, :130]
    assert (back.astype(bool) == flags).all()
