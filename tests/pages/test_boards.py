"""Several pages of the Studio: each keeps its own, all share the question; a layout file holds them all."""

from __future__ import annotations

from typing import Any

import pytest

from core.export.layout import from_layout, to_layout
from tests.pages.app import box, errors, now, open_page, words
from tests.pages.test_pages_studio import link, titles

NOTE = "what <b>I</b> found"
START = {"grid": "1x2", "panels": "shap,note", "s.note.1": NOTE, "model": "diabetes", "row": 7}


def opened(**more: Any) -> Any:
    """A Studio of one panel and one note, with the menu of pages open."""
    return open_page("studio", {"studio_pages": True}, **{**START, **more})


def press(app: Any, name: str) -> Any:
    """A button of the menu."""
    return app.button(key=f"studio_page_{name}").click().run()


def test_each_page_keeps_its_own_and_the_question_is_common() -> None:
    app = opened()
    press(app, "new")
    assert errors(app) == []
    assert len(titles(app)) == 4, "a new page begins as a Studio does"
    assert (link(app, "row"), link(app, "model"), link(app, "s.note.1")) == ("7", "diabetes", "")
    box(app, "selectbox", "studio_row").select_index(3).run()
    row = link(app, "row")
    assert row != "7"
    app.segmented_control(key=now(app, "studio_page")).set_value(0).run()
    assert errors(app) == []
    assert app.text_area(key=now(app, "studio_note_1")).value == NOTE
    assert link(app, "row") == row
    assert len(titles(app)) == 1


def test_a_page_is_named_copied_and_removed() -> None:
    app = opened()
    app.text_input(key=now(app, "studio_page_name")).set_value("  Why <i>him</i>?  ").run()
    press(app, "copy")
    assert app.segmented_control(key=now(app, "studio_page")).options == ["Why <i>him</i>?", "Page 1"]
    assert app.text_area(key=now(app, "studio_note_1")).value == NOTE
    press(app, "remove")
    assert errors(app) == []
    assert not [one for one in app.segmented_control if str(one.key).startswith("studio_page")]
    assert app.text_input(key=now(app, "studio_page_name")).value == "Why <i>him</i>?"
    assert app.button(key="studio_page_remove").disabled


def test_what_speaks_of_another_table_does_not_come_back() -> None:
    app = opened(**{"s.row.2": "5", "s.bind.0": "2"})
    press(app, "new")
    box(app, "selectbox", "chosen_model").set_value("loans-linear").run()
    app.segmented_control(key=now(app, "studio_page")).set_value(0).run()
    assert errors(app) == []
    assert (link(app, "model"), link(app, "s.row.2"), link(app, "s.bind.0")) == ("loans-linear", "", "2")
    assert app.text_area(key=now(app, "studio_note_1")).value == NOTE


def test_a_layout_file_holds_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    from pages.parts import boards, question

    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(question, "current", lambda: question.Question(grid="1x1", panels="shap"))
    assert boards.pairs() == {}, "one page needs no name"
    held = [boards.Board("One", "2x2", "note", {"note.0": NOTE}, "m", "d"), boards.Board("Two")]
    state |= {"studio pages": held, "studio page": 1}
    found = from_layout(to_layout({"grid": "1x1", "panels": "shap", **boards.pairs()}))
    assert boards.open_pairs(found) == {"grid": "1x1", "panels": "shap"}
    assert state["studio page"] == 1
    assert [board.name for board in state["studio pages"]] == ["One", "Two"]
    assert state["studio pages"][0] == held[0]


@pytest.mark.parametrize(
    "given",
    [
        {"page": "99", "0.name": "a"},
        {"page": "-1", "0.name": "a", "1.grid": "9x9"},
        {"page": "x", "99.name": "far", "0.name": "n" * 900, "1.name": "b", "1.s.bind.0": "zz", "1.panels": "nonsense"},
        {"7.panels": "shap"},
    ],
)
def test_pages_of_a_hostile_file_are_bounded(given: dict[str, str]) -> None:
    app = open_page("studio", {"studio_pages": True, "studio_keep": True}, grid="1x1", panels="note", row=3)
    data = to_layout({"grid": "1x1", "panels": "shap", **given})
    app.file_uploader(key="layout_open").upload("layout.json", data, "application/json").run()
    assert errors(app) == []
    assert len(titles(app)) == 1
    assert len(app.text_input(key=now(app, "studio_page_name")).value) <= 60
    turns = [one for one in app.segmented_control if one.key == "studio_page.0"]
    for control in turns:
        for place in range(len(control.options)):
            app.segmented_control(key=now(app, "studio_page")).set_value(place).run()
            assert errors(app) == []


def test_as_many_pages_as_there_may_be() -> None:
    from pages.parts import boards

    app = open_page(
        "studio",
        {"studio_pages": True, "studio pages": [boards.Board(f"P{place}") for place in range(boards.MOST)]},
    )
    assert app.button(key="studio_page_new").disabled
    assert app.button(key="studio_page_copy").disabled
    assert "all speak of the same instance" in words(app)
