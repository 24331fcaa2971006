"""Hostile names from files, through every page: shown as text, never as Markdown, pictures, links or script."""

from __future__ import annotations

import re
import time
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import panels, registry
from core.engine import explain_rows
from core.export.session import session, to_session
from core.instances import Query
from core.loading.tables import read_table
from core.models import wrap
from core.results import Part
from core.workers import protected
from pages.parts import subject, tables
from pages.parts.text import safe, safe_long
from tests.pages import evil
from tests.pages.app import errors, open_page, words

needs_lock = pytest.mark.skipif(not protected(), reason="model files are only opened where a worker can be locked")
TARGETS = pytest.mark.parametrize("target", [evil.TRUTH, evil.SIZE], ids=["classes", "a number"])


@pytest.fixture(scope="module")
def visits() -> dict[str, Any]:
    """Sessions with two hostile models each, made once."""
    return {target: evil.visit(target, models=2) for target in (evil.TRUTH, evil.SIZE)}


def settled(app: AppTest) -> AppTest:
    """The page when no search goes on."""
    for _ in range(300):
        if not [item for item in app.button if item.key in ("first.stop", "second.stop")]:
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("the search never ends")


@pytest.mark.parametrize("text", evil.EVERY)
def test_the_rule_leaves_nothing_that_means_something(text: str) -> None:
    for escaped in (safe(text), safe_long(text)):
        left = evil._ESCAPED.sub("", escaped)
        assert not [raw for raw in evil.RAW if raw in left]


@pytest.mark.parametrize("text", ["http://evil.test/x", "HTTPS://evil.test", "www.evil.test", "see me@evil.test"])
def test_addresses_become_no_links(text: str) -> None:
    """The page finds addresses after escapes are undone (``mdast-util-gfm-autolink-literal``)."""
    found = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE)
    assert found.search(text)
    for escaped in (safe(text), safe_long(f"a {text} b")):
        assert not found.search(evil._ESCAPED.sub(lambda match: match[0][1:], escaped))
        assert evil._ESCAPED.sub(lambda match: match[0][1:], escaped).replace("\u2060", "").strip("ab ") == text


@pytest.mark.parametrize("text", [":material/bolt:", "x:smile:y", ":+1:", ":streamlit:", ":a:b:", ":e-mail:", ":ü:"])
def test_names_of_signs_become_no_signs(text: str) -> None:
    """The page finds them after escapes are undone, too (``remark-emoji`` and the like)."""
    found = re.compile(r":material/\w+:|:[-\w+]+:")
    assert found.search(text)
    for escaped in (safe(text), safe_long(f"a {text} b")):
        bare = evil._ESCAPED.sub(lambda match: match[0][1:], escaped)
        assert not found.search(bare)
        assert bare.replace("\u2060", "").removeprefix("a ").removesuffix(" b") == text


def test_cells_on_a_page_do_not_turn_around() -> None:
    given = pd.DataFrame({"a": ["x\u202ey", None], "b": pd.Series(["\u2066", 1], dtype=object), "c": [1.5, 2]})
    given["d"] = pd.Categorical(["\u202e1", "2"])
    shown = tables.clear(given)
    assert shown["a"].tolist()[0] == "x\ufffdy"
    assert shown["a"].isna().tolist() == [False, True]
    assert shown["b"].tolist() == ["\ufffd", 1]
    assert shown["c"].tolist() == [1.5, 2]
    assert shown["d"].astype(object).tolist() == ["\ufffd1", "2"]
    assert given["a"].tolist()[0] == "x\u202ey"


@pytest.mark.parametrize("kind", ["markdown", "caption", "error", "button", "expander", "toggle", "metric", "pills"])
def test_the_search_for_leaks_finds_them(kind: str) -> None:
    def page(kind: str, text: str) -> None:
        import streamlit as st

        given = {"metric": (text, 1), "pills": ("a", [text])}.get(kind, (text,))
        getattr(st, kind)(*given)

    app = AppTest.from_function(page, args=(kind, evil.IMAGE)).run()
    assert len(evil.leaks(app)) == 1
    assert evil.leaks(AppTest.from_function(page, args=(kind, safe(evil.IMAGE))).run()) == []


@needs_lock
@TARGETS
@pytest.mark.parametrize("page", ["explain", "what_if", "compare", "load", "about", "studio", "tune"])
def test_every_page_shows_names_as_text(page: str, target: str, visits: dict[str, Any]) -> None:
    state, link = visits[target]
    app = open_page(page, {**state, "open_again": True}, **link, row=10, level="expert")
    assert errors(app) == []
    assert evil.leaks(app) == []
    assert page == "about" or "<img" in words(app) or "javascript" in words(app), "names are shown, not left out"


@needs_lock
@TARGETS
@pytest.mark.parametrize("method", [one.id for one in registry.methods("row")])
def test_every_answer_shows_names_as_text(method: str, target: str, visits: dict[str, Any]) -> None:
    state, link = visits[target]
    app = open_page("explain", {**state, "first.numbers": True}, **link, row=10, method=method, level="expert")
    app = settled(app)
    assert [text for text in errors(app) if "could not be shown" in text] == []
    assert evil.leaks(app) == []


@needs_lock
@TARGETS
@pytest.mark.parametrize("page", ["model", "data"])
def test_every_section_shows_names_as_text(page: str, target: str, visits: dict[str, Any]) -> None:
    state, link = visits[target]
    opened = {f"open_{one.id}": True for one in registry.methods(page)}  # type: ignore[arg-type]
    versus = list(state["uploads.model"])[1] if page == "model" else ""
    for others in {"", versus}:
        app = open_page(page, {**state, **opened}, **link, row=10, level="expert", versus=others)
        assert [text for text in errors(app) if "could not be shown" in text] == []
        assert evil.leaks(app) == []


@needs_lock
@TARGETS
def test_every_panel_and_menu_of_the_studio_shows_names_as_text(target: str, visits: dict[str, Any]) -> None:
    state, link = visits[target]
    menus = {f"studio_menu_{place}": True for place in range(9)}
    menus |= dict.fromkeys(("studio_keep", "studio_looks", "studio_settings"), True)
    chosen = [one.id for one in panels.every()]
    for start in range(0, len(chosen), 9):
        shown = ",".join(chosen[start : start + 9])
        notes = {"s.note.0": evil.IMAGE, "s.look.title.shap": evil.PICTURE}
        app = open_page("studio", {**state, **menus}, **link, row=10, grid="3x3", panels=shown, **notes)
        assert [text for text in errors(app) if "could not be shown" in text] == []
        assert evil.leaks(app) == []


@needs_lock
def test_a_rule_a_subset_and_a_cell_are_said_as_text(visits: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    state, link = visits[evil.TRUTH]
    app = open_page("explain", dict(state), **link, row=10, method="nudges", p_locked=f'["{evil.IMAGE}"]')
    app = settled(app)
    app.selectbox(key="nudge_rule_feature").select_index(4).run()
    assert evil.leaks(settled(app)) == []
    for query in (Query(cell=(0, 1, 0.5)), Query(where=(Part(evil.EMOJI, level=evil.IMAGE),))):
        monkeypatch.setattr(subject, "current_query", lambda _about, query=query: query)
        app = open_page("explain", dict(state), **link, row=10)
        assert errors(app) == []
        assert "Show all instances" in [item.label for item in app.button]
        assert evil.leaks(app) == []


@pytest.mark.parametrize("kind", ["table", "model", "session"])
@pytest.mark.parametrize("name", [evil.IMAGE, evil.LINK, evil.TURNED, evil.LONG])
def test_a_refused_file_is_named_as_text(kind: str, name: str) -> None:
    ending = {"table": "csv", "model": "pkl", "session": "json"}[kind]
    content = b"" if kind == "table" else b"c" + name.encode() + b"\nsystem\n."
    app = open_page("load")
    app.file_uploader(key=f"upload_{kind}").upload(f"{name}.{ending}", content, "")
    app.run()
    assert evil.leaks(app) == []
    assert errors(app)


def test_a_stored_session_shows_names_as_text() -> None:
    data = evil.as_parquet(evil.frame().drop(columns=evil.SIZE))
    table = read_table(data, "t.parquet", target=evil.TRUTH, label=evil.NAMES)
    model = wrap(evil.fitted(data, evil.TRUTH))
    results = explain_rows("shap", model, table, [2, 10]) + explain_rows(
        "ceteris_paribus", model, table, [2], feature=evil.IMAGE, grid_points=5
    )
    held = to_session(session(results, model, table, title=evil.IMAGE))
    app = open_page("studio", {"uploads.session": evil.shelf(f"{evil.FILE}.json", held)}, session="mine")
    assert errors(app) == []
    assert evil.leaks(app) == []
