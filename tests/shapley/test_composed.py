"""What coalitions are worth, composed from a network's first sum: against asking the model for every row."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPRegressor

from core import engine, network_curves
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.registry import Job
from core.results import Attribution
from core.shapley.composed import NetworkGame, network_game
from core.types import Model, Table
from tests.networks import CASES, fitted

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(autouse=True)
def forget() -> None:
    network_curves._STORE.close()


def composed(model: Model, table: Table, row: int, output: int = 0) -> NetworkGame | None:
    """The game of a row, as Break Down sets it up."""
    job = Job(model, table, row, output, {"background": 60, "seed": 4})
    scale = "target" if model.task == "regression" else "probability"
    answer = float(model.predict(job.instance)[0, output])
    return network_game(job, scale, job.instance, table.background(60, 4), answer)


def sets_of(features: int) -> np.ndarray:
    """Nothing, singles, pairs, a few larger sets, all."""
    sets: list[tuple[int, ...]] = [(), *((at,) for at in range(features)), *combinations(range(features), 2)]
    sets += [*combinations(range(features), 3), tuple(range(features))]
    masks = np.zeros((len(sets), features), dtype=bool)
    for mask, members in zip(masks, sets, strict=True):
        mask[list(members)] = True
    return masks


def by_asking(model: Model, table: Table, row: int, output: int, masks: np.ndarray) -> np.ndarray:
    """The oracle: cells set in a frame, the model asked, the answers averaged."""
    means = []
    for mask in masks:
        rows = table.background(60, 4)
        for name in np.array(rows.columns)[mask]:
            rows[name] = table.instance(row)[name].array.take([0] * len(rows))
        means.append(model.predict(rows)[:, output].mean())
    return np.array(means)


@pytest.mark.parametrize(("name", "block"), [*((name, 491_520) for name in CASES), ("three layers", 2_000)])
def test_means_are_those_of_the_model(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.portable.layers.BLOCK", block)
    model, table = fitted(*CASES[name])
    masks, output = sets_of(len(model.features)), max(0, len(model.classes) - 1)
    found = composed(model, table, 7, output)
    assert found is not None
    assert "single precision" in found.check.text
    done: list[float] = []
    truth = by_asking(model, table, 7, output, masks)
    assert found.worth(masks, done.append) == pytest.approx(truth, abs=1e-6 * float(np.abs(truth).max()))
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_double_precision_where_single_is_too_rough(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = fitted(*CASES["relu"])
    monkeypatch.setattr("core.shapley.composed.SINGLE", 1e-10)
    found, masks = composed(model, table, 7), sets_of(len(model.features))
    assert found is not None
    assert "double precision" in found.check.text
    assert found.worth(masks) == pytest.approx(by_asking(model, table, 7, 0, masks), abs=1e-12)


def test_numbers_far_from_zero_are_asked_in_double_precision() -> None:
    """Some rows lie so far out that taking their value away again leaves few of single precision's digits."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(80, 3)), columns=list("abc"))
    truth = np.sin(rows["a"]) + rows["b"] + rows["c"]
    network = MLPRegressor(hidden_layer_sizes=(6,), activation="tanh", solver="lbfgs", max_iter=40, random_state=0)
    model = wrap(network.fit(rows, truth))
    rows.loc[40:, "b"] += 4e7
    matched = match(model, from_frame(rows.assign(y=truth), "rows", target="y"))
    table = matched.table
    found = composed(matched.model, table, 0)
    masks = sets_of(3)
    assert found is not None
    assert "double precision" in found.check.text
    means = by_asking(matched.model, table, 0, 0, masks)
    assert found.worth(masks) == pytest.approx(means, abs=1e-7 * float(np.abs(means).max()))


def test_what_it_does_not_know_is_asked() -> None:
    model, table = fitted(*CASES["tanh, two classes"])
    job = Job(model, table, 0, 1, {"background": 60, "seed": 4})
    rows, answer = table.background(60, 4), float(model.predict(job.instance)[0, 1])
    assert network_game(job, "probability", job.instance, rows, answer) is not None
    assert network_game(job, "log-odds", job.instance, rows, answer) is None, "another scale"
    assert network_game(job, "probability", job.instance, rows, answer + 1e-4) is None, "another answer for the row"
    random = np.random.default_rng(0)
    plain = pd.DataFrame(random.normal(size=(50, 3)), columns=list("abc"))
    network = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0).fit(plain, plain["a"])
    job = Job(wrap(network), from_frame(plain, target=""), 0, 0, {"background": 60, "seed": 4})
    assert network_game(job, "target", plain.iloc[:1].assign(b=np.nan), plain, 0.0) is None, "no number"


@pytest.mark.parametrize("name", ["relu", "logistic, three classes"])
def test_break_down_says_the_same_with_and_without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = fitted(*CASES[name])

    def asked(**how: Any) -> Attribution:
        found = engine.explain("break_down", model, table, 11, interactions=True, **how)
        assert isinstance(found, Attribution)
        return found

    quick = asked()
    assert any("single precision" in check.text for check in quick.checks)
    monkeypatch.setattr("core.methods.break_down.network_game", lambda *_args: None)
    slow = asked()
    assert quick.features == slow.features
    assert quick.values.tolist() == slow.values.tolist(), "bars are the model's own answers, to the last bit"
    assert quick.draws is not None
    assert slow.draws is not None
    assert np.array_equal(quick.draws, slow.draws)
    turned = [next(check for check in one.checks if check.name == "order") for one in (quick, slow)]
    assert turned[0].value == pytest.approx(turned[1].value, abs=1e-5)


def test_exact_values_are_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """In double precision: all coalitions of features that hardly ever repeat a value."""
    random = np.random.default_rng(2)
    rows = pd.DataFrame(random.normal(size=(70, 4)), columns=list("abcd"))
    truth = rows["a"] * rows["b"] + rows["c"]
    model = wrap(MLPRegressor(hidden_layer_sizes=(7, 5), solver="lbfgs", max_iter=40, random_state=0).fit(rows, truth))
    table = from_frame(rows, "rows", target="")

    def asked() -> Attribution:
        found = engine.explain("shap", model, table, 3, kind="exact", background=50)
        assert isinstance(found, Attribution)
        return found

    quick = asked()
    assert any("double precision" in check.text for check in quick.checks)
    monkeypatch.setattr("core.shapley.anymodel.network_game", lambda *_args, **_how: None)
    slow = asked()
    assert not any("double precision" in check.text for check in slow.checks)
    assert quick.values == pytest.approx(slow.values, abs=1e-12)
    assert (quick.base, quick.output) == pytest.approx((slow.base, slow.output), abs=1e-12)
