"""What one visitor brought is invisible to another who guesses its ids, in pages, answers, errors and downloads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from core.export.session import to_session
from tests.pages import made
from tests.pages.app import errors, open_page, words
from tests.pages.test_pages_session import made as stored
from tests.pages.test_pages_session import uploads as opened
from tests.pages.test_pages_uploads import FRAME, mine, needs_lock

PAGES = ["explain", "what_if", "compare", "model", "data", "studio", "tune"]


def secrets() -> set[str]:
    """Words that only the first visitor's files hold: names of files, rows and levels."""
    return {
        "fields.csv",
        "fields.pkl",
        *FRAME["field"].astype(str),
        *(str(FRAME[name].iloc[0]) for name in made.LEVELS),
    }


def told(page: object) -> str:
    """All that a page sent: words, widgets, drawings, downloads."""
    tree = getattr(page, "_tree", None)
    return words(page) + repr(tree)  # type: ignore[arg-type]  # an AppTest


@needs_lock
@pytest.mark.parametrize("page", PAGES)
def test_guessed_ids_of_a_model_and_a_table_show_nothing(page: str) -> None:
    state, link = mine("yield")
    first = open_page(page, state, **link, row=11)
    assert errors(first) == []
    seen = {word for word in secrets() if word in told(first)}
    assert len(seen) > 1  # the owner does see them
    for guessed in (link, {"data": link["data"]}, {"model": link["model"]}, {**link, "session": "mine"}):
        second = open_page(page, None, **guessed, row=11)
        said = told(second)
        assert [word for word in seen if word in said] == []
        assert "another visit" in said or not any(part in said for part in link.values())


@pytest.mark.parametrize("title", ["The board's secret forest"])
def test_a_guessed_id_of_a_session_file_shows_nothing(title: str) -> None:
    state = opened(to_session(stored("random forest, regression", title=title)))
    shelf = state["uploads.session"]
    assert isinstance(shelf, dict)
    identity = next(iter(shelf))
    first = open_page("studio", state, session="mine")
    assert title in told(first)
    for guess in ("mine", identity, "own.json"):
        assert title not in told(open_page("studio", None, session=guess))


@needs_lock
def test_a_refused_file_is_told_to_its_owner_only() -> None:
    state, link = mine("yield")
    model = state["uploads.model"]
    assert isinstance(model, dict)
    broken = {
        name: type(item)("salaries-of-the-board.pkl", b"\x80\x04cos\nsystem\n.", {}) for name, item in model.items()
    }
    first = open_page("explain", {**state, "uploads.model": broken}, **link)
    assert "salaries-of-the-board.pkl" in told(first)
    assert "salaries-of-the-board.pkl" not in told(open_page("explain", None, **link))


@needs_lock
def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = {path for path in Path.cwd().iterdir() if path.name not in (".pytest_cache", "__pycache__")}
    state, link = mine("yield")
    for page in PAGES:
        assert errors(open_page(page, state, **link, row=11)) == []
    assert list(tmp_path.rglob("*")) == []
    assert {path for path in Path.cwd().iterdir() if path.name not in (".pytest_cache", "__pycache__")} == before


def test_shelves_are_the_session_s_own() -> None:
    first = open_page("load", opened(to_session(stored("random forest, regression", title="mine alone"))))
    second = open_page("load")
    assert "own.json" in told(first) or "uploads.session" in first.session_state
    assert "uploads.session" not in second.session_state or not second.session_state["uploads.session"]
