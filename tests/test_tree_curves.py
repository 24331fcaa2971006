"""Answers along one feature, looked up in the trees: against setting cells and asking the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from core import engine, tree_curves
from core.grid import moved
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job
from core.results import Importance, Profile
from tests.shapley import zoo

FOLLOWED = [name for name in zoo.TREES if "categories" not in name and "linear" not in name]


@pytest.fixture(autouse=True)
def forget() -> None:
    tree_curves._STORE.close()


def known(name: str, count: int, asks: int = 10_000) -> tuple[tree_curves.Curves, Job, pd.DataFrame]:
    model, table = zoo.get(name)
    job = Job(model, table, 0, 0, {})
    frame = table.rows(range(count))
    found = tree_curves.curves(job, frame, asks)
    assert found is not None
    return found, job, frame


@pytest.mark.parametrize("rows", [512, 64])
@pytest.mark.parametrize("name", FOLLOWED)
def test_looked_up_answers_are_the_model_s_own(name: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_curves, "ROWS", rows)
    found, job, frame = known(name, 130)
    random = np.random.default_rng(1)
    orders = np.stack([random.permutation(len(frame)) for _ in range(3)])
    assert found.own() == pytest.approx(job.model.predict(frame), abs=5e-6)
    knew = 0
    for at, feature in enumerate(frame.columns):
        if not found.knows(at):
            continue
        knew += 1
        shuffled = found.shuffled(at, orders)
        for order, answers in zip(orders, shuffled, strict=True):
            changed = frame.assign(**{feature: frame[feature].array.take(order)})
            assert answers == pytest.approx(job.model.predict(changed), abs=5e-6)
        cells = frame[feature].array.take([3, 3, 17, 40])
        answers = found.at(at, pd.Series(cells))
        for cell, own in zip((3, 3, 17, 40), answers, strict=True):
            changed = frame.assign(**{feature: frame[feature].array.take(np.full(len(frame), cell))})
            assert own == pytest.approx(job.model.predict(changed), abs=5e-6)
    assert knew >= (1 if "pipeline" in name else len(frame.columns))


def test_limits_themselves_gaps_and_values_beyond_the_data() -> None:
    """The values at which trees turn: whichever way a library turns there, the same is looked up."""
    for name in ("xgboost number", "hist number", "lightgbm number", "forest number"):
        found, job, frame = known(name, 40)
        limits = found.steps.limits[0]
        gaps = [] if "forest" in name else [None]
        values = [*limits.tolist(), *np.nextafter(limits, np.inf).tolist(), -1e30, 1e30, *gaps]
        pool = moved(frame.iloc[:1], "a", values)
        answers = found.at(0, pool["a"])
        for at in range(len(values)):
            changed = frame.assign(a=np.full(len(frame), pool["a"].iloc[at]))
            assert answers[at] == pytest.approx(job.model.predict(changed), abs=5e-6)


def test_a_model_that_answers_otherwise_than_its_trees_is_asked() -> None:
    model, table = zoo.get("boosting number")

    class Odd:
        """Says more for high values of two columns together, as no row of the table has them."""

        def __getattr__(self, name: str) -> Any:
            return getattr(model, name)

        def predict(self, frame: pd.DataFrame) -> np.ndarray:
            both = (frame["a"] > frame["a"].median()) & (frame["b"] < frame["b"].median())
            return model.predict(frame) + 0.01 * both.to_numpy()[:, None]

    job = Job(Odd(), table, 0, 0, {})  # type: ignore[arg-type]  # stands in for a model
    assert tree_curves.curves(replace(job, model=model), table.rows(range(50)), 100) is not None
    tree_curves._STORE.close()
    assert tree_curves.curves(job, table.rows(range(50)), 100) is None


def test_asking_where_it_is_cheaper_or_too_much() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(400, 4)), columns=list("abcd"))
    forest = RandomForestRegressor(3, random_state=0, n_jobs=1).fit(frame, frame["a"] * frame["b"] + frame["c"])
    job = Job(wrap(forest), from_frame(frame, target=""), 0, 0, {})
    assert tree_curves.curves(job, frame, 1) is None
    assert tree_curves.curves(job, frame, 100) is not None
    assert tree_curves.curves(job, frame, tree_curves.CELLS) is None


@pytest.mark.parametrize("name", ["xgboost binary", "forest classes", "text pipeline", "hist number"])
def test_methods_say_the_same_with_and_without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = zoo.get(name)

    def importance() -> Importance:
        found = engine.explain("permutation_importance", model, table, rounds=40, rows=150, loss="auto")
        assert isinstance(found, Importance)
        return found

    def profiles() -> list[Profile]:
        asked = [{"kind": "partial", "curves": 5}, {"kind": "conditional"}]
        asked += [{"kind": "accumulated", "accumulate": "weights"}, {"group": model.features[0]}]
        last = model.features[1]
        found = [engine.explain("model_profile", model, table, feature=last, rows=150, **how) for how in asked]
        assert all(isinstance(one, Profile) for one in found)
        return found  # type: ignore[return-value]  # looked at in the line above

    looked_up, curves = importance(), profiles()
    assert any(check.name == "same model" for check in looked_up.checks)
    monkeypatch.setattr("core.curves.curves", lambda *_args: None)
    monkeypatch.setattr("core.methods.permutation_importance.curves", lambda *_args: None)
    asked = importance()
    assert not any(check.name == "same model" for check in asked.checks)
    assert looked_up.rounds == pytest.approx(asked.rounds, abs=1e-5)
    assert looked_up.reference == pytest.approx(asked.reference, rel=1e-6, abs=1e-7)
    for one, other in zip(curves, profiles(), strict=True):
        assert one.values == pytest.approx(other.values, abs=1e-5)
        assert one.reference == pytest.approx(other.reference, abs=1e-6)
        assert one.provenance.evaluations < other.provenance.evaluations


def test_few_rows_are_kept_by_name_and_many_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = zoo.get("xgboost number")
    job = Job(model, table, 0, 0, {})
    frame = table.rows(range(100))
    first = tree_curves.curves(job, frame, 50, "hundred")
    assert tree_curves.curves(job, frame, 50, "hundred") is first
    assert tree_curves.curves(job, frame, 50) is not first
    monkeypatch.setattr(tree_curves, "KEPT", 10)
    again = tree_curves.curves(job, frame, 50, "hundred")
    assert again is not None
    assert first is not None
    assert not again.kept
    assert again.own() == pytest.approx(first.own())
