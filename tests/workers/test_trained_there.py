"""Uploads are tuned and trained again inside their worker: the same numbers as here, the same model when it comes back."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier

from core import engine
from core.errors import ComputeError, InputError, ModelError, NotApplicable
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.portable import evaluate
from core.registry import Watch
from core.results import Trials, same
from core.tuning import proposed
from core.tuning.recipe import Recipe, follow
from core.workers import close_all, open_model, remote_tuning
from core.workers.wire import Message
from tests.contract_cases import numbers_frame

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
FRAME = numbers_frame()
FRAME["y"] = np.where(FRAME["y"] > 0, "up", "down")
X, Y = FRAME[list("abcde")], FRAME["y"]
FOREST = pickle.dumps(RandomForestClassifier(6, max_depth=2).fit(X, Y))
TABLE = from_frame(FRAME, target="y")


@pytest.fixture(scope="module", autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    close_all()


def boosters() -> list[Any]:
    from catboost import CatBoostClassifier
    from lightgbm import LGBMClassifier
    from xgboost import XGBClassifier

    return [
        CatBoostClassifier(iterations=5, depth=2, allow_writing_files=False, logging_level="Silent").fit(X, Y),
        LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(X, Y),
        XGBClassifier(n_estimators=5, n_jobs=1).fit(X, (Y == "up").astype(int)),
        MLPClassifier((4,), max_iter=2000, tol=0.01, random_state=0).fit(X, Y),
    ]


def test_a_search_in_a_worker_is_the_search_here_told_as_it_goes() -> None:
    there, here = (match(opened, TABLE) for opened in (open_model(FOREST, "f.pkl"), read_model(FOREST, "f.pkl")))
    told: list[Trials] = []
    watch = Watch(lambda _done, _step: None, told.append)
    options: dict[str, Any] = {"way": "bayesian", "trials": 8, "folds": 3}
    found = engine.explain("tune", there.model, there.table, progress=watch, **options)
    assert same(found, engine.explain("tune", here.model, here.table, **options))
    assert [len(one.trials) for one in told] == list(range(1, 9))
    assert proposed.of_model(there.model) == proposed.of_model(here.model)


def test_the_trained_model_is_the_one_made_here_and_comes_back_the_same_when_its_worker_is_gone() -> None:
    there, here = (match(opened, TABLE) for opened in (open_model(FOREST, "f.pkl"), read_model(FOREST, "f.pkl")))
    recipe = Recipe({"max_depth": 5}, 3, (4,))
    before = there.model.predict(there.table.inputs)
    made, expected = follow(there.model, there.table, recipe), follow(here.model, here.table, recipe)
    wanted = expected.predict(here.table.inputs)
    assert np.array_equal(made.predict(there.table.inputs), wanted)
    assert not np.array_equal(before, wanted)
    del there
    made.close()  # type: ignore[attr-defined]
    assert np.array_equal(made.predict(here.table.inputs), wanted)
    shap = engine.explain("shap", made, here.table, 3)
    assert shap.provenance is not None
    assert shap.provenance.model


def test_a_recipe_that_fails_leaves_the_model_as_it_was() -> None:
    both = match(open_model(FOREST, "f.pkl"), TABLE)
    before = both.model.predict(both.table.inputs)
    for recipe, error in ((Recipe({"max_depth": -1}), ComputeError), (Recipe({"depth": 1}), InputError)):
        with pytest.raises(error):
            follow(both.model, both.table, recipe)
    assert np.array_equal(both.model.predict(both.table.inputs), before)


@pytest.mark.parametrize("estimator", boosters(), ids=lambda one: type(one).__name__)
def test_estimators_of_other_libraries_are_trained_behind_the_lock(estimator: Any) -> None:
    frame = FRAME.assign(y=(Y == "up").astype(int)) if type(estimator).__name__ == "XGBClassifier" else FRAME
    both = match(open_model(pickle.dumps(estimator), "m.pkl"), from_frame(frame, target="y"))
    found = engine.explain("tune", both.model, both.table, way="random", trials=2, folds=2)
    assert isinstance(found, Trials)
    assert not any(trial.problem for trial in found.trials)
    assert engine.explain("refit_importance", both.model, both.table, folds=2, way="shuffle", rounds=1).checks


def test_a_booster_says_why_not_before_anything_is_asked() -> None:
    from xgboost import XGBClassifier

    raw = XGBClassifier(n_estimators=2, n_jobs=1).fit(X, (Y == "up").astype(int)).get_booster().save_raw("ubj")
    model = open_model(bytes(raw), "m.ubj")
    assert "XGBClassifier" in model.untrainable
    model.close()


def test_catboost_with_levels_is_trained_there_as_here() -> None:
    """The same losses and, once trained, the same chances; also its form, read where no file can be written."""
    from catboost import CatBoostClassifier

    frame = FRAME.assign(level=np.where(FRAME["a"] > 0, "high", "low"))
    estimator = CatBoostClassifier(iterations=3, depth=2, cat_features=["level"], logging_level="Silent")
    data = pickle.dumps(estimator.set_params(allow_writing_files=False).fit(frame[["b", "level"]], Y))
    table = from_frame(frame, target="y")
    there, here = (match(opened(data, "m.pkl"), table) for opened in (open_model, read_model))
    options: dict[str, Any] = {"way": "random", "trials": 2, "folds": 2, "space": "depth=1..3"}
    found = engine.explain("tune", there.model, there.table, **options)
    assert same(found, engine.explain("tune", here.model, here.table, **options))
    made, expected = (follow(both.model, both.table, Recipe({"depth": 3}, 3, (4,))) for both in (there, here))
    wanted = expected.predict(here.table.inputs)
    assert np.array_equal(made.predict(there.table.inputs), wanted)
    form = made.portable()
    assert form is not None
    np.testing.assert_allclose(evaluate(form, here.table.inputs), wanted, atol=1e-12)


def test_where_no_file_can_be_opened_catboost_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Landlock, that is: here a process that is not locked, and one whose size is hidden."""
    from catboost import CatBoostClassifier

    from core import training

    monkeypatch.setattr(training, "_LOCKED", [])
    estimator = CatBoostClassifier(iterations=2, depth=2, allow_writing_files=False, logging_level="Silent").fit(X, Y)
    model = match(read_model(pickle.dumps(estimator), "m.pkl"), TABLE).model
    training.lock()
    assert training.refusal(model) is None
    monkeypatch.setattr(training, "_OWN_SIZE", "/proc/none")
    training.lock()
    with pytest.raises(NotApplicable, match=r"CatBoost reads.*core\.tune"):
        engine.explain("tune", model, TABLE)


def answering(settings: Any) -> Any:
    held = SimpleNamespace(closed=False, settings=SimpleNamespace(call_seconds=1.0))
    held.ask = lambda _request, _seconds: Message({"settings": settings})
    held.close = lambda: setattr(held, "closed", True)
    return held


GOOD = {"name": "C", "kind": "float", "low": 0.1, "high": 1.0, "log": True, "choices": [], "now": 0.5, "chosen": True}


def test_settings_come_back_as_they_are() -> None:
    found = remote_tuning.settings(answering([GOOD]))
    assert (found[0].span.name, found[0].span.low, found[0].span.log, found[0].now) == ("C", 0.1, True, 0.5)


@pytest.mark.parametrize(
    "settings",
    [
        None,
        {"name": "C"},
        [GOOD] * 1_000,
        [{**GOOD, "name": 3}],
        [{**GOOD, "name": "x" * 10_000}],
        [{**GOOD, "kind": "code"}],
        [{**GOOD, "low": "0"}],
        [{**GOOD, "low": 1e999}],
        [{**GOOD, "low": 2.0}],
        [{**GOOD, "now": {"a": 1}}],
        [{**GOOD, "choices": [[[[[[1]]]]]]}],
        [{"kind": "int"}],
    ],
)
def test_a_worker_that_was_taken_over_cannot_send_anything_else_as_settings(settings: Any) -> None:
    held = answering(settings)
    with pytest.raises(ModelError, match="something else than settings"):
        remote_tuning.settings(held)
    assert held.closed


@pytest.mark.parametrize(
    ("part", "lie"), [("classes", ["a"]), ("features", []), ("task", "regression"), ("margin_scale", "x")]
)
def test_a_worker_that_trains_another_kind_of_model_is_ended(part: str, lie: Any) -> None:
    facts = {"task": "binary", "classes": ["down", "up"], "features": ["a"], "margin_scale": None}
    lease = SimpleNamespace(teach=lambda _table, _recipe: {**facts, part: lie})
    ended: list[int] = []
    model = SimpleNamespace(
        lease=lease, task="binary", classes=("down", "up"), features=("a",), close=lambda: ended.append(1)
    )
    with pytest.raises(ModelError, match="another kind of model"):
        remote_tuning.follow(model, TABLE, Recipe())
    assert ended


@pytest.mark.parametrize(("given", "seconds", "asked"), [({}, 60, 54), ({"seconds": "500"}, 60, 54), ({}, 600, None)])
def test_a_search_ends_before_its_worker_would_be_ended(
    given: dict[str, Any], seconds: float, asked: int | None
) -> None:
    assert remote_tuning.in_time("tune", given, seconds).get("seconds") == asked
    assert remote_tuning.in_time("shap", given, seconds) == given
    assert remote_tuning.in_time("tune", {"seconds": "many"}, seconds) == {"seconds": "many"}, "told by the method"
