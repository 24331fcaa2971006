"""The Tune page: a search that grows and can be ended, the best beside the model as it was, words where nothing goes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import workshop
from core.cache import Upload
from core.engine import explain
from core.loading.samples import load_sample_model, load_sample_table
from core.registry import Progress, Watch
from core.results import Trials
from core.running import Running
from core.workers import protected
from tests.pages import made
from tests.pages.app import changing, errors, open_page, words
from tests.pages.searching import asked
from tests.pages.test_pages_uploads import FRAME, mine, shelf

needs_lock = pytest.mark.skipif(not protected(), reason="model files are only opened where a worker can be locked")
LINEAR = {"model": "loans-linear", "data": "loans"}


def keys(app: AppTest) -> list[str]:
    return [str(item.key) for item in app.button]


def finished(app: AppTest) -> AppTest:
    """The page when its search is over (the test runner has no clock that draws it anew)."""
    for _ in range(600):
        if "tune_stop" not in keys(app):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("the search never ends")


def searched(app: AppTest, trials: int = 3, folds: int = 2) -> AppTest:
    changing(app, "tune.tune.trials").set_value(trials).run()
    changing(app, "tune.tune.folds").set_value(folds).run()
    return finished(app.button(key="tune_start").click().run())


def latest(app: AppTest) -> Trials:
    (search,) = [search for _, search in app.session_state["tuning searches"].values()]
    assert search.error is None
    assert isinstance(search.latest, Trials)
    return search.latest


def test_a_sample_is_tuned_explained_and_put_beside_the_model_as_it_was() -> None:
    app = searched(open_page("tune", **LINEAR, row=3))
    assert errors(app) == []
    found = latest(app)
    assert [span.name for span in found.space] == ["model__C"]
    text = words(app)
    for part in ("The best of 3 trials", "over the folds", "that no candidate has seen", "now: 1"):
        assert part in text, part
    app.button(key="tune_keep").click().run()
    assert errors(app) == []
    assert "Before and after" in words(app)
    names = changing(app, "chosen_model").options
    assert names[0] == "Loans · logistic regression · tuned (yours)"
    assert changing(app, "chosen_model").value == "loans-linear", "nothing else has changed"
    ((identity, upload),) = app.session_state["uploads.model"].items()
    assert upload.options["recipe"]["settings"] == dict(found.winner.params)  # type: ignore[union-attr]
    state = {"uploads.model": {identity: upload}}
    for page in ("compare", "model"):
        assert errors(open_page(page, state, **LINEAR, row=3, versus=identity)) == []
    shown = open_page("explain", state, model=identity, data="loans", row=3)
    assert errors(shown) == []


def test_what_was_searched_is_there_at_once_when_it_is_asked_again() -> None:
    app = searched(open_page("tune", model="diabetes", data="diabetes"), trials=2)
    found = latest(app)
    again = open_page("tune", model="diabetes", data="diabetes")
    changing(again, "tune.tune.trials").set_value(2).run()
    changing(again, "tune.tune.folds").set_value(2).run()
    assert "What was found" in words(again)
    assert f"The best of {len(found.trials)} trials" in words(again)
    changing(again, "tune.tune.folds").set_value(3).run()
    assert "What was found" not in words(again)


def test_ranges_are_corrected_and_settings_chosen() -> None:
    app = open_page("tune", model="diabetes", data="diabetes")
    assert app.multiselect(key="tune_names.0").value == ["max_depth", "min_samples_leaf", "max_features"]
    app.multiselect(key="tune_names.0").set_value(["max_depth", "n_estimators"]).run()
    changing(app, "tune_high_max_depth").set_value(4).run()
    changing(app, "tune_low_n_estimators").set_value(5).run()
    changing(app, "tune_high_n_estimators").set_value(9).run()
    app.segmented_control(key="tune_way.0").set_value("grid").run()
    changing(app, "tune.tune.points").set_value(2).run()
    assert "2 × 2 = 4 candidates × 5 folds = 20 trainings" in words(app)
    changing(app, "tune_low_max_depth").set_value(4).run()
    finished(app.button(key="tune_start").click().run())
    assert errors(app) == []
    tried = [(trial.params["max_depth"], trial.params["n_estimators"]) for trial in latest(app).trials]
    assert tried == [(4, 5), (4, 9)]
    app.multiselect(key="tune_names.0").set_value([]).run()
    assert "Choose at least one setting" in words(app)
    assert errors(app) == []


def test_a_grid_that_is_too_large_cannot_be_started_and_says_why() -> None:
    app = open_page("tune", model="diabetes", data="diabetes")
    app.segmented_control(key="tune_way.0").set_value("grid").run()
    changing(app, "tune.tune.points").set_value(20).run()
    assert "1,000 can be tried" in words(app)
    assert app.button(key="tune_start").disabled


def test_a_search_under_way_shows_its_trials_and_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = load_sample_model("loans-linear"), load_sample_table("loans")
    from core.loading.match import match

    both = match(model, table)
    answer = explain("tune", both.model, both.table, trials=2, folds=2, rows=200)

    def ask(progress: Progress) -> Any:
        assert isinstance(progress, Watch)
        progress(0.5, "Trial 2, fold 1 of 2")
        progress.found(answer)
        while not progress.enough():
            time.sleep(0.02)
        return answer

    monkeypatch.setattr(workshop, "begin", lambda *_given: Running(ask, patience=3600.0).start())
    app = open_page("tune", **LINEAR)
    app.button(key="tune_start").click().run()
    time.sleep(0.3)
    app.run()
    assert "The best of 2 trials" in words(app)
    assert "tune_keep" not in keys(app), "it is not over"
    app.button(key="tune_stop").click().run()
    assert "tune_keep" in keys(finished(app))
    assert errors(app) == []


@needs_lock
def test_an_upload_is_tuned_and_trained_in_its_worker() -> None:
    state, link = mine("yield")
    first: dict[str, Any] = state["uploads.model"]  # type: ignore[assignment]
    data = first[link["model"]].data
    others = {f"mine-{name}": Upload(f"{name}.pkl", data, {}) for name in ("second", "third")}
    app = searched(open_page("tune", {**state, "uploads.model": {**first, **others}}, **link, row=11), trials=2)
    assert errors(app) == []
    assert any(span.name.startswith("randomforestclassifier__") for span in latest(app).space)
    app.button(key="tune_keep").click().run()
    assert errors(app) == []
    assert "Before and after: F011" in words(app)
    assert "fields.pkl · tuned (yours)" in changing(app, "chosen_model").options
    held = list(app.session_state["uploads.model"])
    assert len(held) == 3, "as many as a visitor may have"
    assert link["model"] in held, "the one in question stays, though it was the oldest"
    state["uploads.model"] = dict(app.session_state["uploads.model"])
    app = searched(open_page("tune", state, **link), trials=4)
    app.button(key="tune_keep").click().run()
    names = [upload.name for upload in app.session_state["uploads.model"].values()]
    assert {"fields.pkl", "fields.pkl · tuned", "fields.pkl · tuned 2"} == set(names), (
        "a list tells them apart by their names"
    )


@needs_lock
def test_a_model_is_trained_again_without_a_row_and_with_one_corrected() -> None:
    state, link = mine("tonnes")
    app = open_page("tune", {**state, "open_again": True}, **link, row=11)
    app.text_input(key="wrong_numbers.0").set_value("7, 3 99999 x ² -1").run()
    assert errors(app) == []
    assert app.button(key="train_again").label == "Train again without 2 rows"
    changing(app, "truth_of_7").set_value(4.5).run()
    button = app.button(key="train_again")
    assert button.label == "Train again without 1 row and with 1 row corrected"
    button.click().run()
    assert errors(app) == []
    (again,) = [one for one in app.session_state["uploads.model"].values() if "recipe" in one.options]
    assert again.name == "fields.pkl · trained again"
    assert again.options["recipe"] == {"settings": {}, "seed": 0, "left_out": [3], "corrected": [[7, 4.5]]}


def test_a_wrong_class_is_corrected_by_its_name() -> None:
    app = open_page("tune", {"open_again": True}, **LINEAR)
    worst = app.multiselect(key="wrong_rows.0").options[0]
    row = int(worst.split()[0])
    app.multiselect(key="wrong_rows.0").set_value([row]).run()
    truth = str(load_sample_table("loans").truth(row))
    assert worst.endswith(f"is {truth}")
    other = next(name for name in load_sample_model("loans-linear").classes if name != truth)
    changing(app, f"truth_of_{row}").set_value(other).run()
    app.button(key="train_again").click().run()
    assert errors(app) == []
    ((_, again),) = app.session_state["uploads.model"].items()
    assert again.options["recipe"]["corrected"] == [[row, other]]
    assert "Before and after" in words(app)
    app.button(key=f"see_{row}").click().run()
    assert errors(app) == []
    assert asked(app)["row"] == str(row)


@pytest.mark.parametrize("sample", ["breast-cancer", "wine"])
def test_a_booster_says_why_not_and_what_to_do(sample: str) -> None:
    app = open_page("tune", model=sample, data=sample)
    assert errors(app) == []
    assert "holds what was learnt" in words(app)
    assert "with joblib" in words(app)
    assert "tune_start" not in keys(app)


@needs_lock
def test_a_table_without_truth_and_one_with_one_class_are_told() -> None:
    state, link = mine("yield")
    bare = shelf("bare.csv", made.as_csv(FRAME.drop(columns=["tonnes", "yield"])), label="field")
    app = open_page("tune", {**state, "uploads.table": bare}, model=link["model"], data=next(iter(bare)))
    assert errors(app) == []
    assert "no column of the table is marked as the target" in words(app)
    rich = FRAME[FRAME["yield"] == "rich"].drop(columns="tonnes").reset_index(drop=True)
    one = shelf("rich.csv", made.as_csv(rich), target="yield", label="field")
    app = open_page("tune", {**state, "uploads.table": one}, model=link["model"], data=next(iter(one)))
    app = finished(app.button(key="tune_start").click().run())
    assert any("one class" in text and "rows of every class" in text for text in errors(app))
    assert app.button(key="tune_start").disabled is False, "it can be tried again"
