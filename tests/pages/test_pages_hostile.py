"""Hostile names from files, on the page: shown as text, never as Markdown, pictures, links or script."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.workers import protected
from pages.parts.text import safe, safe_long
from tests.pages import evil
from tests.pages.app import errors, open_page, words

needs_lock = pytest.mark.skipif(not protected(), reason="model files are only opened where a worker can be locked")
TARGETS = pytest.mark.parametrize("target", [evil.TRUTH, evil.SIZE], ids=["classes", "a number"])


@pytest.fixture(scope="module")
def visits() -> dict[str, Any]:
    """Sessions with two hostile models each, made once."""
    return {target: evil.visit(target, models=2) for target in (evil.TRUTH, evil.SIZE)}


@pytest.mark.parametrize("text", evil.EVERY)
def test_the_rule_leaves_nothing_that_means_something(text: str) -> None:
    for escaped in (safe(text), safe_long(text)):
        left = evil._ESCAPED.sub("", escaped)
        assert not [raw for raw in evil.RAW if raw in left]


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
@pytest.mark.parametrize("page", ["explain"])
def test_every_page_shows_names_as_text(page: str, target: str, visits: dict[str, Any]) -> None:
    state, link = visits[target]
    app = open_page(page, dict(state), **link, row=8, level="expert")
    assert errors(app) == []
    assert evil.leaks(app) == []
    assert "<img" in words(app) or "javascript" in words(app), "names are shown, not left out"
