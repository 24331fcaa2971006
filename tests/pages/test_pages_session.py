"""Session files in the pages: taken along, opened without the model, added to, merged, and hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core import engine
from core.engine import explain_rows
from core.export.session import Session, from_session, joined, session, to_session
from core.fingerprint import of_bytes
from core.results import Attribution, Profile
from tests.contract_cases import case
from tests.pages.app import errors, now, open_page, words
from tests.pages.test_pages_studio import link, titles

EVIL = "<img src=x onerror=alert(1)>"


def made(name: str, rows: tuple[int, ...] = (1, 4), title: str = "") -> Session:
    """Stored answers: bars of some rows, a profile of each feature of the first, the importance."""
    model, table = case(name)
    results = explain_rows("shap", model, table, list(rows))
    for feature in table.schema.names:
        results += explain_rows("ceteris_paribus", model, table, [rows[0]], feature=feature, grid_points=7)
    results += explain_rows("permutation_importance", model, table, [0], rounds=2)
    return session(results, model, table, title=title)


def uploads(*held: bytes) -> dict[str, object]:
    """The session's state with opened files."""
    from core.cache import Upload

    return {"uploads.session": {f"mine-{of_bytes(data)[:16]}": Upload("own.json", data, {}) for data in held}}


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may load a model, match one or explain."""
    from core import cache

    def refuse(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a stored answer needs no model")

    for name in ("model", "table", "pair", "predictions", "explain"):
        monkeypatch.setattr(cache, name, refuse)


@pytest.mark.usefixtures("no_model")
def test_stored_answers_are_shown_without_the_model() -> None:
    app = open_page("studio", uploads(to_session(made("random forest, regression"))), session="mine")
    assert errors(app) == []
    assert len(titles(app)) == 3
    assert len(app.selectbox(key=now(app, "stored_row")).options) == 2
    model, table = case("random forest, regression")
    assert model.name in words(app)
    assert app.selectbox(key=now(app, "stored_row")).options[0].startswith(f"id: {table.row_name(1)}")
    assert list(app.selectbox(key=now(app, "stored_feature")).options) == list(table.schema.names)
    app.selectbox(key=now(app, "stored_feature")).select_index(2).run()
    assert link(app, "feature") == table.schema.names[2]
    app.selectbox(key=now(app, "stored_row")).select_index(1).run()
    assert errors(app) == []
    assert len(titles(app)) == 2  # the second instance has no profiles


@pytest.mark.usefixtures("no_model")
def test_sessions_of_two_models_are_one_list_labelled_by_model() -> None:
    files = [to_session(made(name)) for name in ("random forest, regression", "lightgbm, three classes")]
    app = open_page("studio", uploads(*files), session="mine")
    assert errors(app) == []
    options = app.selectbox(key=now(app, "stored_row")).options
    assert len(options) == 4
    for name in ("random forest, regression", "lightgbm, three classes"):
        assert sum(case(name)[0].name in option for option in options) == 2
    app.selectbox(key=now(app, "stored_row")).select_index(3).run()
    assert errors(app) == []


def test_a_link_to_a_session_that_is_not_open_says_so() -> None:
    app = open_page("studio", session="mine")
    assert "not open here" in words(app)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"\xff", json.dumps({"format": "instance-explorer session"}).encode()]
)
def test_a_file_that_is_no_session_is_told_in_words_and_not_kept(body: bytes) -> None:
    app = open_page("load")
    app.file_uploader(key="upload_session").upload("own.json", body, "application/json").run()
    assert app.exception == []
    assert any(text in words(app) for text in ("not a session", "cannot be read", "another version"))
    assert "own.json" not in words(app)


def test_a_session_is_opened_under_load() -> None:
    app = open_page("load")
    data = to_session(made("random forest, regression"))
    app.file_uploader(key="upload_session").upload("own.json", data, "application/json").run()
    assert errors(app) == []
    assert "own.json" in words(app)


@pytest.mark.usefixtures("no_model")
def test_what_a_stranger_wrote_is_shown_as_text() -> None:
    body = json.loads(to_session(made("random forest, regression", title=EVIL)))
    for shelf in ("models", "rows"):
        for facts in body[shelf].values():
            facts["name"] = EVIL
    app = open_page("studio", uploads(json.dumps(body).encode()), session="mine")
    assert errors(app) == []
    said = [str(item.value) for item in (*app.markdown, *app.caption)]
    assert not [text for text in said if "<img" in text and "\\<img" not in text]
    assert EVIL in words(app)


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("method", ["nothing of ours", "shap", "distribution", ""])
def test_an_answer_that_names_another_method_is_shown_or_told(method: str) -> None:
    body = json.loads(to_session(made("random forest, regression")))
    text = json.dumps(body).replace('"ceteris_paribus"', json.dumps(method))
    app = open_page("studio", uploads(text.encode()), session="mine")
    assert app.exception == []
    assert titles(app)


def test_the_studio_gives_its_answers_as_a_session_and_adds_to_an_opened_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made("random forest, regression")
    state = {"studio_keep": True, **uploads(to_session(before))}
    app = open_page("studio", state, model="diabetes", row=7, grid="1x2", panels="shap,ceteris_paribus")
    app.toggle(key="session_add_studio").set_value(True).run()
    app.button(key="session_make_studio").click().run()
    assert errors(app) == []
    held = from_session(app.session_state["session_file_studio"])
    fresh = [one for one in held.results if one.provenance and one.provenance.row == 7]
    assert [type(one) for one in fresh[:1]] == [Attribution]
    assert len([one for one in fresh if isinstance(one, Profile)]) == 10
    assert len(held.results) == len(before.results) + 11
    assert len(held.models) == 2
    asked: list[tuple[str, int]] = []
    inner = engine._run

    def counting(method: Any, job: Any, rows: Any) -> Any:
        asked.extend((method.id, row) for row in rows)
        return inner(method, job, rows)

    monkeypatch.setattr(engine, "_run", counting)
    app.button(key="session_make_studio").click().run()
    assert asked == [], "what is there is not computed again"
    app.query_params["row"] = "8"
    app.run()
    app.button(key="session_make_studio").click().run()
    assert errors(app) == []
    assert {row for _, row in asked} == {8}
    rows = {one.provenance.row for one in from_session(app.session_state["session_file_studio"]).results}
    assert {1, 8} <= rows, "what was opened stays"


def test_old_answers_stay_unless_they_are_replaced() -> None:
    model, table = case("random forest, regression")
    first, second = (session(explain_rows("shap", model, table, rows), model, table) for rows in ([1, 2], [2, 3]))
    both = joined(first, second, overwrite=False)
    assert [one.provenance.row for one in both.results if one.provenance] == [1, 2, 3]
    assert both.results[1] is first.results[1]
    assert joined(first, second).results[1] is second.results[0]


def test_the_explain_page_gives_its_instance_as_a_session() -> None:
    app = open_page("explain", model="diabetes", row=3)
    app.button(key="session_make_explain").click().run()
    assert errors(app) == []
    held = from_session(app.session_state["session_file_explain"])
    assert {one.provenance.row for one in held.results if one.provenance} == {3}
    assert len([one for one in held.results if isinstance(one, Profile)]) == 10
