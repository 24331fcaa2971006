"""The Model page over every sample: each section answers or says why not; clicks lead where they say."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import cache, registry
from core.errors import ModelError
from core.fingerprint import of_params
from core.instances import Query, truth
from core.loading.frames import from_frame
from core.loading.match import Match, match
from core.loading.samples import load_sample_model, load_sample_table, samples
from tests.pages.app import errors, now, open_page, words

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
QUICK = [method for method in registry.methods("model") if method.cost != "minutes"]
OPEN = {f"open_{method.id}": True for method in QUICK}


@EACH
def test_every_section_opens_on_every_sample(sample) -> None:
    app = open_page("model", OPEN, model=sample.id)
    assert errors(app) == []
    said = words(app)
    both = match(load_sample_model(sample.id), load_sample_table(sample.table))
    for method in registry.methods("model"):
        if method.unsupported(both.model, both.table) is None:
            assert method.question in " ".join(box.label for box in app.expander)
    assert "known truth" in said
    assert "relies most on" in said
    the_scores_are_its_own(app, both)


def the_scores_are_its_own(app: AppTest, both: Match) -> None:
    """The scores that are shown, computed again."""
    known = truth(both.model, both.table)
    assert known is not None
    predicted = both.model.predict(both.table.inputs)
    shown = {metric.label: float(str(metric.value).replace(",", "").replace("−", "-")) for metric in app.metric}
    if both.model.classes:
        chosen = predicted[:, 1] >= 0.5 if both.model.task == "binary" else predicted.argmax(axis=1)
        assert shown["Accuracy"] == pytest.approx(np.mean(chosen == known), abs=6e-4)
    else:
        assert shown["RMSE"] == pytest.approx(np.sqrt(np.mean((predicted[:, 0] - known) ** 2)), rel=6e-3)


def test_a_closed_section_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    honest = cache.explain

    def counted(both, method_id, *given):
        asked.append(method_id)
        return honest(both, method_id, *given)

    monkeypatch.setattr(cache, "explain", counted)
    open_page(
        "model",
        {f"open_{method.id}": method.id == "residuals" for method in registry.methods("model")},
        model=samples()[0].id,
    )
    assert asked == ["residuals"]


def test_the_cutoff_moves_recall_and_not_the_auc() -> None:
    first = next(sample.id for sample in samples() if load_sample_model(sample.id).task == "binary")
    app = open_page("model", model=first)
    before = {metric.label: metric.value for metric in app.metric}
    app.slider(key=now(app, "model.performance.cutoff")).set_value(0.1).run()
    assert errors(app) == []
    after = {metric.label: metric.value for metric in app.metric}
    assert float(after["Recall"]) > float(before["Recall"])
    assert after["AUC"] == before["AUC"]
    assert "cutoff 10 %" in words(app)


def test_the_profile_follows_the_feature_that_was_picked() -> None:
    sample = samples()[0]
    names = load_sample_table(sample.table).schema.names
    app = open_page("model", OPEN, model=sample.id, feature=names[3])
    assert app.selectbox(key=now(app, "model.model_profile.feature")).value == names[3]
    app.selectbox(key=now(app, "model.model_profile.feature")).set_value(names[1]).run()
    assert app.query_params["feature"] in (names[1], [names[1]])
    assert f"As {names[1]} changes" in words(app)


def test_the_profile_starts_with_the_feature_that_matters_most() -> None:
    app = open_page("model", OPEN, model=samples()[0].id)
    leading = words(app).split("relies most on ")[1].split(" (")[0]
    assert app.selectbox(key=now(app, "model.model_profile.feature")).value == leading


def test_a_failing_method_is_a_message_in_its_own_place(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = cache.explain

    def broken(both, method_id, *given):
        if method_id == "permutation_importance":
            raise RuntimeError("secret detail")
        return honest(both, method_id, *given)

    monkeypatch.setattr(cache, "explain", broken)
    three = ("performance", "permutation_importance", "model_profile")
    shut = {f"open_{method.id}": method.id in three for method in registry.methods("model")}
    app = open_page("model", shut, model=samples()[0].id)
    assert len(app.error) == 1
    assert "secret detail" not in str(app.error[0].value)
    assert "known truth" in words(app)
    assert "mean answer" in words(app)


def test_a_table_without_truth_says_so_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = samples()[0]
    blind = from_frame(load_sample_table(sample.table).inputs, "blind")
    both = match(load_sample_model(sample.id), blind)
    monkeypatch.setattr(cache, "pair", lambda *_: cache.Pair(both.model, both.table, (), False, "without truth"))
    app = open_page("model", OPEN, model=sample.id)
    assert errors(app) == []
    assert "The true values are not known" in words(app)
    assert "mean answer" in words(app)


def test_a_section_of_minutes_waits_to_be_opened() -> None:
    slow = [method.id for method in registry.methods("model") if method.cost == "minutes"]
    assert "refit_importance" in slow
    app = open_page("model", model=samples()[0].id)
    assert errors(app) == []
    assert "Trained again" not in words(app)


def test_training_again_is_shown_with_its_deviation() -> None:
    quick = next(sample for sample in samples() if "linear" in sample.id)
    closed = dict.fromkeys(OPEN, False)
    app = open_page("model", closed | {"open_refit_importance": True}, model=quick.id)
    assert errors(app) == []
    assert "Trained again, on rows kept apart" in words(app)


def test_other_models_of_the_table_are_put_into_the_same_pictures() -> None:
    first = samples()[0]
    others = [one for one in samples() if one.table == first.table and one.id != first.id]
    assert others
    other = load_sample_model(others[0].id)
    app = open_page("model", model=first.id, versus=others[0].id)
    assert errors(app) == []
    assert app.multiselect(key=now(app, "beside")).value == [others[0].id]
    said = words(app)
    assert f"{other.name} relies most on" in said
    table = next(frame.value for frame in app.dataframe if "score" in frame.value)
    both = match(other, load_sample_table(first.table))
    known = truth(both.model, both.table)
    chosen = both.model.predict(both.table.inputs)[:, 1] >= 0.5
    row = table.set_index("score").loc["accuracy"]
    assert row[other.name[:40]] == pytest.approx(np.mean(chosen == known))


def test_a_model_that_does_not_fit_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import InputError
    from pages.parts import rivals

    first = samples()[0]
    other = next(one for one in samples() if one.table == first.table and one.id != first.id)

    def refuse(_about, _name):
        raise InputError("These two models cannot be compared.", "One predicts a number.")

    monkeypatch.setattr(rivals, "under", refuse)
    app = open_page("model", model=first.id, versus=other.id)
    assert errors(app) == []
    assert "cannot be compared" in words(app)
    assert "The model relies most on" in words(app)


def test_two_features_are_drawn_as_cells_or_lines_and_a_cell_picks_nothing() -> None:
    app = open_page("model", OPEN, model=samples()[0].id)
    assert "mean answer (probability of" in words(app)
    app.segmented_control(key=now(app, "two_features.picture")).set_value("lines").run()
    assert errors(app) == []


def test_single_rows_are_drawn_behind_the_average() -> None:
    app = open_page("model", OPEN, model=samples()[0].id)
    app.toggle(key=now(app, "model_profile.singles")).set_value(True).run()
    assert errors(app) == []
    assert "30 more curves are drawn" in words(app)


def test_interactions_answer_when_they_are_opened() -> None:
    app = open_page("model", dict.fromkeys(OPEN, False) | {"open_interactions": True}, model=samples()[0].id)
    assert errors(app) == []
    assert "In the units of the answer the largest is" in words(app)


def test_a_subset_lists_its_rows_in_explain_and_leads_back() -> None:
    from core.results import Part

    sample = samples()[0]
    both = match(load_sample_model(sample.id), load_sample_table(sample.table))
    feature = next(one for one in both.table.schema.features if one.is_ordered)
    digest = of_params([both.model.fingerprint, both.table.fingerprint])
    part = Part(feature.name, low=feature.quantiles[3])
    app = open_page("explain", {"query": {digest: Query(condition="largest error", where=(part,))}}, model=sample.id)
    assert errors(app) == []
    assert f"Rows where {feature.name} above" in words(app)
    app.button(key="all_cells").click().run()
    assert "Rows where" not in words(app)


def test_stopped_work_waits_until_it_is_asked_for_again() -> None:
    app = open_page("model", {"stopped methods": {"performance"}}, model=samples()[0].id)
    assert errors(app) == []
    assert "was stopped before it was finished" in words(app)
    assert "known truth" not in words(app)
    app.button(key="again.performance").click().run()
    assert "known truth" in words(app)


def test_the_stop_button_remembers_what_ran() -> None:
    closed = dict.fromkeys(OPEN, False)
    app = open_page("model", closed | {"running method": "residuals"}, model=samples()[0].id)
    app.session_state["running method"] = "residuals"
    app.button(key="stop").click().run()
    assert app.session_state["stopped methods"] == {"residuals"}


def test_rows_and_rounds_are_printed_for_everybody() -> None:
    app = open_page("model", model=samples()[0].id)
    assert "At most 1,000 rows, 10 rounds; seed 0" in words(app)


def test_a_question_of_two_tasks_is_asked_once() -> None:
    closed = {f"open_{method.id}": False for method in registry.methods("model")}
    tasks = {load_sample_model(sample.id).task: sample for sample in samples()}
    assert {"binary", "regression"} <= set(tasks)
    for sample in tasks.values():
        app = open_page("model", closed, model=sample.id)
        labels = [box.label for box in app.expander]
        assert len(labels) == len(set(labels))
        assert sum("treat groups alike" in label for label in labels) == 1


@pytest.mark.parametrize(("page", "answered"), [("data", "is most often"), ("model", "mean answer")])
def test_rows_that_the_model_fails_on_leave_the_rest_working(
    page: str, answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def failing(both, _progress=None):
        asked.append(both)
        raise ModelError("The model fails on row 7.", "A value is out of its range.", "Leave it out.")

    monkeypatch.setattr(cache, "predictions", failing)
    shut = {f"open_{method.id}": method.id in ("model_profile", "distribution") for method in registry.methods()}
    app = open_page(page, shut, model=samples()[0].id)
    assert errors(app) == []
    assert [str(item.value).count("fails on row 7") for item in app.warning if "row 7" in str(item.value)] == [1]
    assert answered in words(app)
    assert len(asked) == 2, "it is told anew, and not tried again for each section"
