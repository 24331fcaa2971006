"""All answers that linked panels need: which instances, asked how often, and what goes wrong stays in its panel."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest

from core import engine, panels
from core.errors import InputError, ModelError
from core.export.report import PANELS, Panel, studio
from core.export.report import studio as studio_function
from core.export.report.content import content
from core.export.report.page import write
from core.export.report.panels import of
from core.instances import evenly
from core.loading.frames import from_frame
from core.loading.match import match
from core.results import Attribution, Profile
from core.types import Array
from core.views.looks import looks
from tests.contract_cases import CASES, case

QUICK = ("shap", "ceteris_paribus", "model_profile")


class Broken:
    """A model that fails once it is asked for more rows than the table has; its trees cannot be read instead."""

    fingerprint = "broken"

    def __init__(self, inner: Any, most: int) -> None:
        self.inner, self.most = inner, most

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def portable(self) -> None:
        return None

    def predict(self, frame: Any) -> Array:
        if len(frame) > self.most:
            raise ModelError("The model failed.", "It was asked for too many rows.")
        return self.inner.predict(frame)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many answers each method gave."""
    counted: Counter[str] = Counter()
    inner = engine.explain_rows

    def counting(method_id: str, model: Any, table: Any, rows: Any, /, **options: Any) -> Any:
        counted[method_id] += len(rows)
        return inner(method_id, model, table, rows, **options)

    monkeypatch.setattr(engine, "explain_rows", counting)
    return counted


@pytest.mark.parametrize("count", [1, 2, 3, 7, 500])
def test_instances_lie_evenly_along_the_ordered_predictions(count: int) -> None:
    values = np.random.default_rng(0).normal(size=101)
    picked = evenly(values, count)
    ranks = np.argsort(np.argsort(values))[list(picked)]
    assert len(picked) == min(count, 101)
    if count > 1:
        assert ranks[0] == 0
        assert ranks[-1] == 100
        assert np.ptp(np.diff(ranks)) <= 1


def test_rows_without_a_prediction_are_not_picked() -> None:
    assert evenly(np.array([np.nan, 2.0, 1.0, np.inf]), 3) == (2, 1)
    assert evenly(np.array([np.nan]), 3) == ()


def test_the_default_is_ten_from_the_lowest_to_the_highest() -> None:
    model, table = case("random forest, regression")
    about = studio(model, table, panels=("shap",))
    said = model.predict(table.inputs)[:, 0]
    assert len(about.rows) == 10
    assert said[about.rows[0]] == said.min()
    assert said[about.rows[-1]] == said.max()
    assert np.all(np.diff(said[list(about.rows)]) >= 0)


def test_rows_by_choice_keep_their_order_and_come_once() -> None:
    model, table = case("random forest, regression")
    assert studio(model, table, rows=[5, 3, 5], also=[9, 3], panels=()).rows == (9, 3, 5)
    with pytest.raises(InputError, match="no row 9999"):
        studio(model, table, rows=[9999], panels=())
    with pytest.raises(InputError, match="do not fit"):
        studio(model, table, rows=[], panels=())


def test_global_panels_are_asked_once_whatever_the_number_of_instances(asked: Counter[str]) -> None:
    model, table = case("xgboost with missing values")
    whole = ("permutation_importance", "model_profile", "performance", "residuals")
    studio_function(model, table, instances=2, panels=whole)
    few = Counter(asked)
    asked.clear()
    studio_function(model, table, instances=9, panels=whole)
    assert asked == few
    assert asked["permutation_importance"] == 1
    assert asked["performance"] == 1
    assert asked["model_profile"] == 2 * len(table.schema)


def test_profiles_of_all_instances_are_one_question_a_feature(asked: Counter[str]) -> None:
    model, table = case("xgboost with missing values")
    studio_function(model, table, instances=9, panels=("ceteris_paribus",))
    assert asked == {"ceteris_paribus": len(table.schema)}


@pytest.mark.parametrize("name", CASES)
def test_curves_asked_for_together_are_those_asked_for_alone(name: str) -> None:
    model, table = case(name)
    about = studio(model, table, instances=3, panels=("ceteris_paribus",))
    found = about.of("ceteris_paribus")
    assert found is not None
    for (_variant, row, feature), together in found.found.items():
        alone = engine.explain(
            "ceteris_paribus", model, table, row, output=about.output, feature=feature, grid_points=33
        )
        assert isinstance(alone, Profile)
        assert isinstance(together, Profile)
        ours = dict(zip(together.grid, together.values[0], strict=True))
        for value, said in zip(alone.grid, alone.values[0], strict=True):
            assert ours[value] == pytest.approx(said, abs=1e-12)
        assert together.outputs[0] == pytest.approx(model.predict(table.instance(row))[0, about.output])
        assert together.provenance is not None
        assert together.provenance.row == row


@pytest.mark.parametrize("name", CASES)
def test_every_shape_of_model_gives_every_panel_an_answer_or_a_reason(name: str) -> None:
    model, table = case(name)
    about = studio(model, table, instances=2)
    assert {"shap", "break_down", "permutation_importance"} <= {panel.panel.id for panel in about.panels}
    for answers in about.panels:
        assert bool(answers.found) != bool(answers.reason)
        rows = {key[1] for key in answers.found}
        assert rows <= ({*about.rows} if "instance" in answers.takes else {None})
    for result in about.of("shap").found.values():  # type: ignore[union-attr]
        assert isinstance(result, Attribution)
        assert result.label == about.label


def test_one_output_is_explained_everywhere() -> None:
    model, table = case("lightgbm, three classes")
    likeliest = int(model.predict(table.inputs).mean(axis=0).argmax())
    assert studio(model, table, instances=2, panels=()).output == likeliest
    about = studio(model, table, instances=3, output="low", panels=("shap", "ceteris_paribus", "model_profile"))
    labels = {result.label for answers in about.panels for result in answers.found.values()}  # type: ignore[attr-defined]
    assert labels == {"low"}


def test_what_fails_stays_in_its_panel() -> None:
    model, table = case("random forest, regression")
    broken = Broken(model, len(table))
    about = studio(broken, table, instances=2, panels=("ceteris_paribus", "permutation_importance"))  # type: ignore[arg-type]
    profile, importance = about.panels
    assert profile.found
    assert not importance.found
    assert "too many rows" in importance.reason


def test_without_truth_the_panels_say_so() -> None:
    model, table = case("random forest, regression")
    matched = match(model, from_frame(table.frame.drop(columns="y")))
    about = studio(matched.model, matched.table, instances=2, panels=("performance", "shap"))
    assert "not known" in about.panels[0].reason
    assert about.panels[1].found


def test_progress_rises_to_one_and_names_the_steps() -> None:
    model, table = case("xgboost with missing values")
    told: list[tuple[float, str]] = []
    studio(model, table, instances=2, progress=lambda fraction, step: told.append((fraction, step)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {"SHAP", "Permutation importance"} <= {step for _, step in told}


def test_progress_can_cancel() -> None:
    model, table = case("random forest, regression")

    class Stopped(Exception):  # noqa: N818 - what a page raises
        pass

    def stop(fraction: float, _step: str) -> None:
        if fraction > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        studio(model, table, instances=2, panels=QUICK, progress=stop)


def test_any_registered_method_can_be_a_panel_and_unknown_ones_are_named() -> None:
    model, table = case("random forest, regression")
    about = studio(model, table, instances=1, panels=("lime", Panel("mine", "shap", {"": {"scale": "auto"}})))
    assert [answers.panel.id for answers in about.panels] == ["lime", "mine"]
    with pytest.raises(InputError, match="shap"):
        studio(model, table, panels=("shapp",))


def test_without_data_no_panel_shows_other_rows() -> None:
    model, table = case("random forest, regression")
    about = studio(model, table, instances=2, with_data=False)
    assert not {panel.id for panel in PANELS if not panel.rows} & {answers.panel.id for answers in about.panels}


def test_only_the_largest_features_get_profiles_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["core.export.report.studio"], "MOST_FEATURES", 2)
    model, table = case("random forest, regression")
    about = studio(model, table, instances=3, panels=("shap", "ceteris_paribus"))
    sizes = about.sizes()
    assert set(about.features) == set(sorted(sizes, key=lambda name: -sizes[name])[:2])
    assert {key[2] for key in about.of("ceteris_paribus").found} == set(about.features)  # type: ignore[union-attr]


def test_other_looks_are_written_without_asking_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """modelStudio's ms_update_options: what is computed is drawn anew, predict is not called."""
    model, table = case("xgboost with missing values")
    about = studio(model, table, instances=2, panels=("shap", "ceteris_paribus"))
    plain = write(about)
    calls: list[int] = []
    monkeypatch.setattr(type(model), "predict", lambda *_given, **_named: calls.append(1))
    given = {"up": "#008800", "line": "#123456", "shap.title": "Why so?", "ceteris_paribus.y": "risk", "animation": 200}
    styled = write(about, looks=looks(given))
    assert "#008800" in styled
    assert "#008800" not in plain
    for text in ("Why so?", "risk", "#123456", '"animation":200'):
        assert text in styled
    assert not calls


def test_answers_are_drawn_once_however_often_the_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sys.modules["core.export.report.content"]
    drawn: list[object] = []
    inner = found.view
    monkeypatch.setattr(found, "view", lambda result, **options: (drawn.append(result), inner(result, **options))[1])
    about = studio(*case("xgboost with missing values"), instances=2, panels=("shap", "ceteris_paribus", "performance"))
    first = write(about)
    once = len(drawn)
    assert once
    assert write(about) == first
    assert write(about, looks=looks({"up": "#112233"})) != first
    assert len(drawn) == once


def test_panels_of_the_studio_keep_their_names_questions_and_options() -> None:
    model, table = case("random forest, regression")
    wanted = [of(panels.get(name)) for name in ("average_target", "partial_dependence", "accumulated_dependence")]
    about = studio(model, table, instances=2, panels=wanted)
    held = {panel["id"]: panel for panel in content(about, title="", made="")["panels"]}
    assert held["average_target"]["title"] == "Average Target vs Feature"
    assert held["average_target"]["question"] == "What is true on average along a feature?"
    partial, accumulated = (about.of(name) for name in ("partial_dependence", "accumulated_dependence"))
    assert partial
    assert accumulated
    assert next(iter(partial.found.values())).provenance.params["kind"] == "partial"
    assert next(iter(accumulated.found.values())).provenance.params["kind"] == "accumulated"
