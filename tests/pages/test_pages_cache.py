"""Nothing is computed twice: going back to an instance asks the model nothing; uploads stay with their visitor."""

from __future__ import annotations

import pytest

from core import cache
from core.cache import Pair
from core.engine import Counted
from core.loading.match import match
from core.loading.samples import load_sample_model, load_sample_table
from core.store import Store
from tests.pages.app import changing, errors, now, open_page, words


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The first sample with a model that counts the rows it is asked for, and an empty store."""
    monkeypatch.setattr(cache, "_SHARED", Store(cache.LIMITS))
    found = match(load_sample_model("breast-cancer"), load_sample_table("breast-cancer"))
    model = Counted(found.model)
    both = Pair(model, found.table, (), False, "counted")
    monkeypatch.setattr(cache, "pair", lambda _model, _table: both)
    return model


def test_going_back_to_an_instance_asks_the_model_nothing(counted: Counted) -> None:
    app = open_page(model="breast-cancer", row=3)
    assert errors(app) == []
    first = counted.evaluations
    assert first >= len(load_sample_table("breast-cancer")), "every row is predicted once for the list"
    changing(app, "row_number").set_value(400).run()
    assert counted.evaluations > first, "another page of the list is explained"
    second = counted.evaluations
    changing(app, "row_number").set_value(3).run()
    assert app.session_state["question"].row == 3
    assert counted.evaluations == second


def test_a_second_visitor_asks_the_model_nothing(counted: Counted) -> None:
    open_page(model="breast-cancer", row=3)
    before = counted.evaluations
    app = open_page(model="breast-cancer", row=3)
    assert errors(app) == []
    assert counted.evaluations == before


def test_changing_the_level_asks_the_model_nothing(counted: Counted) -> None:
    app = open_page(model="breast-cancer", row=3)
    before = counted.evaluations
    app.button_group(key=now(app, "level")).set_value("expert").run()
    assert errors(app) == []
    assert counted.evaluations == before


def test_another_class_is_another_answer(counted: Counted) -> None:
    app = open_page(model="breast-cancer", row=3)
    one = words(app)
    changing(app, "class").set_value("benign").run()
    assert errors(app) == []
    assert words(app) != one


def test_an_upload_of_another_visit_is_told_to_be_theirs_only() -> None:
    app = open_page(model="mine-0123456789abcdef", data="loans", row=1)
    assert len(errors(app)) == 1
    assert "uploaded in another visit" in words(app)
    assert "stay with the person who made them" in words(app)
    app.button(key="first_sample").click().run()
    assert errors(app) == []
