"""The Studio: grid, chooser, links between panels, and what is not computed again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core import cache
from core.loading.samples import samples
from tests.pages.app import errors, open_page, words

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)


def titles(app: Any) -> list[str]:
    """The questions of the panels in their places."""
    return [str(item.value) for item in app.markdown if " · " in str(item.value) and "gray" in str(item.value)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Which methods were computed, not taken from memory."""
    from core import engine

    counted: Counter[str] = Counter()
    inner = engine._run

    def counting(method: Any, job: Any, rows: Any) -> Any:
        counted[method.id] += 1
        return inner(method, job, rows)

    monkeypatch.setattr(engine, "_run", counting)
    return counted


@EACH
def test_four_panels_answer_at_once_on_every_sample(sample: Any) -> None:
    app = open_page("studio", model=sample.id, row=4)
    assert errors(app) == []
    assert len(titles(app)) == 4
    assert app.selectbox(key="studio_row").options[0].startswith("id: ")


@pytest.mark.parametrize(("grid", "count"), [("1x2", 2), ("2x2", 4), ("2x3", 6), ("3x3", 9)])
def test_the_grid_of_the_link_has_that_many_places(grid: str, count: int) -> None:
    app = open_page("studio", grid=grid, panels="permutation_importance")
    assert errors(app) == []
    assert len(titles(app)) == 1
    assert len([box for box in app.selectbox if str(box.key).startswith("studio_add_")]) == count - 1


def test_more_panels_than_places_are_refused_in_words() -> None:
    app = open_page("studio", grid="1x2", panels="shap,lime,break_down")
    assert "3 panels for 2 places" in words(app)


def test_closing_a_panel_makes_it_choosable_and_choosing_puts_it_back() -> None:
    app = open_page("studio", grid="1x2", panels="shap,break_down")
    app.button(key="studio_close_0").click().run()
    assert errors(app) == []
    assert len(titles(app)) == 1
    assert app.query_params["panels"] in ("-,break_down", ["-,break_down"])
    chooser = app.selectbox(key="studio_add_0")
    assert "Instance: What pushed this prediction up or down?" in chooser.options
    assert not [option for option in chooser.options if "step by step" in option]
    chooser.select_index(chooser.options.index("Instance: What pushed this prediction up or down?")).run()
    assert len(titles(app)) == 2


def test_no_panel_is_there_twice() -> None:
    app = open_page("studio", grid="2x2", panels="shap,shap,nothing,lime")
    assert errors(app) == []
    assert len(titles(app)) == 2


def test_another_feature_does_not_compute_what_shows_no_feature(asked: Counter[str]) -> None:
    app = open_page("studio", model="diabetes", panels="break_down,permutation_importance,ceteris_paribus,residuals")
    asked.clear()
    names = app.selectbox(key="studio_feature").options
    app.selectbox(key="studio_feature").select_index(len(names) - 1).run()
    assert errors(app) == []
    assert app.query_params["feature"] in (names[-1], [names[-1]])
    assert not {"break_down", "permutation_importance"} & set(asked)


def test_another_instance_does_not_compute_what_is_about_the_model(asked: Counter[str]) -> None:
    app = open_page("studio", model="wine", row=3, panels="break_down,permutation_importance,model_profile,performance")
    asked.clear()
    app.selectbox(key="studio_row").select_index(4).run()
    assert errors(app) == []
    assert not {"permutation_importance", "performance"} & set(asked)
    before = Counter(asked)
    app.selectbox(key="studio_row").select_index(0).run()
    app.run()
    assert asked["break_down"] <= before["break_down"] + 1


def test_a_resized_grid_keeps_what_it_shows() -> None:
    app = open_page("studio", grid="1x2", panels="lime,break_down")
    app.selectbox(key="studio_grid").select("2x2").run()
    assert errors(app) == []
    held = app.query_params["panels"]
    assert (held[0] if isinstance(held, list) else held).startswith("lime,break_down,")
    assert len(titles(app)) == 4


def test_a_failing_panel_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = cache.explain

    def failing(both: Any, method: str, *rest: Any, **options: Any) -> Any:
        if method == "break_down":
            raise RuntimeError("boom")
        return inner(both, method, *rest, **options)

    monkeypatch.setattr(cache, "explain", failing)
    app = open_page("studio", grid="1x2", panels="break_down,permutation_importance")
    assert "could not be shown" in words(app)
    assert len(titles(app)) == 2
    assert "relies most on" in words(app)
