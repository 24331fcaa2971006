"""Answers along one feature from a network's own layers: against setting cells and asking the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPRegressor

from core import engine, network_curves
from core.curves import curves
from core.errors import ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.models import wrap
from core.network_curves import Curves
from core.registry import Job
from core.results import Importance, Profile
from tests.networks import CASES, fitted

FILES = Path(__file__).parent / "keras_files" / "data"
KERAS = sorted(path.stem for path in FILES.glob("*.keras"))
pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(autouse=True)
def forget() -> None:
    network_curves._STORE.close()


def along(name: str) -> tuple[Curves, Job, pd.DataFrame]:
    model, table = fitted(*CASES[name])
    job = Job(model, table, 0, 0, {})
    rows = table.rows(range(70))
    found = curves(job, rows, 20)
    assert isinstance(found, Curves)
    return found, job, rows


def compare(found: Curves, job: Job, rows: pd.DataFrame, allowed: float) -> None:
    """Every feature, shuffled and at given cells, beside the model's own answers."""
    size = max(1.0, float(np.abs(job.model.predict(rows)).max()))
    random = np.random.default_rng(1)
    orders = np.stack([random.permutation(len(rows)) for _ in range(3)])
    assert found.own() == pytest.approx(job.model.predict(rows), abs=allowed * size)
    for at, feature in enumerate(rows.columns):
        assert found.knows(at)
        for order, answers in zip(orders, found.shuffled(at, orders), strict=True):
            changed = rows.assign(**{feature: rows[feature].array.take(order)})
            assert answers == pytest.approx(job.model.predict(changed), abs=allowed * size)
        cells = rows[feature].take([3, 3, 17, 40])
        for cell, answers in zip((3, 3, 17, 40), found.at(at, cells), strict=True):
            changed = rows.assign(**{feature: rows[feature].array.take(np.full(len(rows), cell))})
            assert answers == pytest.approx(job.model.predict(changed), abs=allowed * size)
    assert not found.knows(len(rows.columns))


@pytest.mark.parametrize(
    ("name", "block"), [*((name, 491_520) for name in CASES), ("relu", 700), ("three layers", 700)]
)
def test_the_model_s_own_answers(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.portable.layers.BLOCK", block)
    found, job, rows = along(name)
    assert "single precision" in found.check.text
    compare(found, job, rows, 2e-5)


@pytest.mark.parametrize("name", CASES)
def test_double_precision_where_single_does_not_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_curves, "SINGLE", 0.0)
    found, job, rows = along(name)
    assert "double precision" in found.check.text
    compare(found, job, rows, 1e-10)


@pytest.mark.parametrize("case", KERAS)
def test_networks_of_keras_files(case: str) -> None:
    """Files that Keras wrote: branches, normalisation, texts, many activations."""
    model = read_model((FILES / f"{case}.keras").read_bytes(), f"{case}.keras")
    random = np.random.default_rng(0)
    rows = pd.DataFrame({name: random.normal(size=60).round(3) for name in model.features})
    for column in model.native.columns:
        if column.op == "lookup":
            levels = [level for level, _ in column.table]
            rows[model.features[column.source]] = [levels[at] for at in random.integers(0, len(levels), 60)]
    matched = match(model, from_frame(rows, "rows", target=""))
    job = Job(matched.model, matched.table, 0, 0, {})
    given = matched.table.rows(range(60))
    found = curves(job, given, 20)
    assert isinstance(found, Curves)
    compare(found, job, given, 5e-6)


def test_what_says_nothing_costs_exactly_nothing() -> None:
    model, table = fitted(*CASES["relu"])
    found = engine.explain("permutation_importance", model, table, rounds=7)
    assert isinstance(found, Importance)
    assert found.rounds is not None
    assert (found.rounds[found.features.index("idle")] == 0.0).all()
    assert (found.rounds[found.features.index("large")] > 0.0).all()


@pytest.mark.parametrize("name", ["relu", "tanh, two classes", "three layers"])
def test_methods_say_the_same_with_and_without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = fitted(*CASES[name])

    def importance() -> Importance:
        found = engine.explain("permutation_importance", model, table, rounds=12, report="loss", loss="auto")
        assert isinstance(found, Importance)
        return found

    def profiles() -> list[Profile]:
        asked = [{"kind": "partial", "curves": 5}, {"kind": "conditional"}, {"group": "level"}]
        found = [engine.explain("model_profile", model, table, feature="large", **how) for how in asked]
        assert all(isinstance(one, Profile) for one in found)
        return found  # type: ignore[return-value]  # looked at in the line above

    quick, curve = importance(), profiles()
    assert any("single precision" in check.text for check in quick.checks)
    assert any("single precision" in check.text for check in curve[0].checks)
    monkeypatch.setattr("core.methods.permutation_importance.curves", lambda *_args: None)
    monkeypatch.setattr("core.curves.curves", lambda *_args: None)
    slow = importance()
    assert quick.rounds == pytest.approx(slow.rounds, rel=2e-6, abs=1e-7)
    assert quick.reference == pytest.approx(slow.reference, rel=2e-6, abs=1e-7)
    for one, other in zip(curve, profiles(), strict=True):
        assert one.values == pytest.approx(other.values, rel=5e-6, abs=5e-6)


def test_what_overflows_single_precision_is_computed_in_double() -> None:
    found, job, rows = along("no bend")
    far = pd.Series([1e300, -1e300])
    for value, answers in zip(far, found.at(1, far), strict=True):
        assert np.isfinite(answers).all()
        assert answers == pytest.approx(job.model.predict(rows.assign(large=value)), rel=1e-9)


def test_what_is_no_number_is_an_error_in_words() -> None:
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(50, 3)), columns=list("abc"))
    network = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0).fit(rows, rows["a"])
    job = Job(wrap(network), from_frame(rows, target=""), 0, 0, {})
    found = curves(job, rows, 5)
    assert found is not None
    with pytest.raises(ModelError, match="no number"):
        found.at(0, pd.Series([1.0, np.nan]))
    assert curves(job, rows.assign(a=np.nan), 5) is None


def test_a_model_that_answers_otherwise_is_asked() -> None:
    model, table = fitted(*CASES["relu"])

    class Odd:
        """Says more where two columns meet as in no row of the table."""

        def __getattr__(self, name: str) -> Any:
            return getattr(model, name)

        def predict(self, given: pd.DataFrame) -> np.ndarray:
            both = (given["small"] > 0) & (given["large"] < given["large"].median())
            return model.predict(given) + 0.01 * both.to_numpy()[:, None]

    job = Job(Odd(), table, 0, 0, {})  # type: ignore[arg-type]  # stands in for a model
    assert curves(job, table.rows(range(20)), 10) is None
    network_curves._STORE.close()
    assert curves(replace(job, model=model), table.rows(range(20)), 10) is not None


def test_too_many_rows_are_asked_and_named_ones_kept() -> None:
    model, table = fitted(*CASES["relu"])
    job, rows = Job(model, table, 0, 0, {}), table.rows(range(20))
    assert curves(job, rows, network_curves.CELLS) is None
    assert curves(job, rows, 10, "twenty") is curves(job, rows, 10, "twenty")
    assert curves(job, rows, 10) is not curves(job, rows, 10)
