"""Nudges on the Explain page: goals and rules without settings as text, a search that can be ended, each nudge shown."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import running
from core.registry import Progress, Watch
from core.results import Check, Result
from core.running import Running
from tests.pages.app import changing, errors, now, open_page, words
from tests.pages.searching import asked, finished

LINEAR = {"model": "loans-linear", "data": "loans", "method": "nudges"}


def test_each_nudge_is_a_sentence_with_its_way_and_its_crossing() -> None:
    app = finished(open_page(**LINEAR, row=4, p_k=2))
    assert "Had " in words(app)
    assert "One change at a time" not in words(app), "plain words come with one picture"
    app = finished(open_page(**LINEAR, row=4, p_k=2, state={"first.closer.plain": True, "first.crossing.menu": True}))
    text = words(app)
    assert errors(app) == []
    kept = [str(item.proto.id) for item in app.get("download_button")]
    for ending in ("png", "svg", "live.html", "csv", "json"):
        assert any(name.endswith(f"first.crossing.{ending}") for name in kept), ending
    for part in ("Had ", "the model would say", "One change at a time", "goal", "predicts it again"):
        assert part in text, part
    assert "Along" in text or [item for item in app.selectbox if item.key.startswith("first.along.")]
    assert "crosses 50 %" in text or "reaches the goal" in text


def test_a_goal_is_chosen_in_words() -> None:
    app = finished(open_page(**LINEAR, row=4, p_k=1))
    app.toggle(key=now(app, "nudge_goal_sure")).set_value(True).run()
    finished(app)
    assert asked(app)["p.probability"] == "0.8"
    app.slider(key=now(app, "nudge_goal_least")).set_value(65).run()
    finished(app)
    assert asked(app)["p.probability"] == "0.65"
    assert "probability at least 65 %" in words(app)
    assert errors(app) == []


def test_a_number_may_fall_by_percent_or_into_a_band() -> None:
    app = finished(open_page(model="diabetes", data="diabetes", method="nudges", row=3, p_k=1))
    app.selectbox(key=now(app, "nudge_goal_way")).set_value("lower").run()
    app.number_input(key=now(app, "nudge_goal_percent")).set_value(15).run()
    finished(app)
    assert asked(app)["p.change"] == "-15"
    assert "15 % lower" in words(app)
    app.selectbox(key=now(app, "nudge_goal_way")).set_value("band").run()
    finished(app)
    assert {"p.low", "p.high"} <= set(asked(app))
    assert "p.change" not in asked(app)
    assert errors(app) == []


def held(app: AppTest) -> list[str]:
    """The rules in force, as they are told."""
    return [str(item.label).replace("\\", "") for item in app.button if str(item.key).startswith("nudge_drop_")]


def test_rules_are_added_told_and_dropped() -> None:
    app = finished(open_page(**LINEAR, row=4, p_k=1))
    assert held(app) == ["'age' can only rise"]
    app.selectbox(key="nudge_rule_feature").set_value("savings").run()
    app.selectbox(key=now(app, "nudge_way")).set_value("fixed").run()
    finished(app)
    assert json.loads(asked(app)["p.directions"]) == {"savings": "fixed"}
    assert held(app) == ["'savings' is locked", "'age' can only rise"]
    app.selectbox(key="nudge_rule_feature").set_value("age").run()
    app.selectbox(key=now(app, "nudge_way")).set_value("any").run()
    finished(app)
    assert held(app) == ["'savings' is locked"]
    app.button(key="nudge_drop_0").click().run()
    finished(app)
    assert held(app) == []
    assert errors(app) == []


def test_a_refusal_names_the_rule_that_binds() -> None:
    app = open_page(model="loans-linear", data="loans", row=4)
    locked = dict.fromkeys(changing(app, "feature").options, "fixed")
    app = finished(open_page(**LINEAR, row=4, p_k=1, p_directions=json.dumps(locked)))
    assert "No change was found" in words(app)
    assert "Several constraints bind together" in words(app)
    free = {name: way for name, way in locked.items() if name not in ("amount", "monthly_income")}
    app = finished(open_page(**LINEAR, row=4, p_k=1, p_directions=json.dumps(free), p_ranges="amount:1300..9000"))
    assert "What binds: " in words(app)
    assert "'amount' has to stay within 1300..9000" in words(app).partition("What binds: ")[2]
    assert errors(app) == []


def test_a_goal_that_no_row_reaches_is_refused_as_such() -> None:
    app = finished(open_page(**LINEAR, row=4, p_k=1, p_probability="0.999999"))
    assert "No row of the table reaches it either" in words(app)
    assert errors(app) == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[Running]:
    """Searches that give their first answer and then wait to be ended."""
    made: list[Running] = []
    plain: Callable[..., Running] = running.begin

    def begin(*question: Any) -> Running:
        whole = plain(*question)
        while not whole.look(0.1):
            continue

        def ask(progress: Progress) -> Result:
            assert isinstance(progress, Watch)
            progress.found(whole.latest)
            while not progress.enough():
                time.sleep(0.01)
            assert whole.latest is not None
            cut = Check("finished", False, 1.0, "The search was stopped after 1 s.")
            return replace(whole.latest, checks=(*whole.latest.checks, cut))

        made.append(Running(ask).start())
        return made[-1]

    monkeypatch.setattr(running, "begin", begin)
    monkeypatch.setattr(running, "ABANDONED", 3600.0)
    return made


def test_the_first_answer_is_shown_while_the_search_goes_on_and_stop_keeps_it(slow: list[Running]) -> None:
    app = open_page(**LINEAR, row=6, p_k=1)
    assert "**So far:** To reach" in words(app)
    assert not slow[0].over.is_set()
    app.button(key="first.stop").click().run()
    assert slow[0].stopped
    app = finished(app)
    assert "the model would say" in words(app)
    assert len(slow) == 1
    assert any(item.key == "first.on" for item in app.button)
    app.button(key="first.on").click().run()
    assert len(slow) == 2
    slow[1].stop()
    assert errors(app) == []


def test_another_row_ends_the_search(slow: list[Running]) -> None:
    app = open_page(**LINEAR, row=6, p_k=1)
    app.query_params["row"] = "7"
    app.run()
    assert slow[0].stopped
    assert not slow[1].stopped
    slow[1].stop()


def test_a_search_that_ran_out_of_time_may_go_on_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    plain: Callable[..., Running] = running.begin

    def begin(*question: Any) -> Running:
        whole = plain(*question)
        while not whole.look(0.1):
            continue
        assert whole.latest is not None
        cut = Check("finished", False, 10.0, "The search was stopped after 10 s.")
        late = replace(whole.latest, checks=(*whole.latest.checks, cut))
        return Running(lambda _progress: late).start()

    monkeypatch.setattr(running, "begin", begin)
    app = finished(open_page(**LINEAR, row=6, p_k=1))
    longer = app.button(key="first.on")
    assert longer.label == "Search longer (up to 20 s)"
    longer.click().run()
    assert asked(app)["p.seconds"] == "20"
    assert errors(app.run()) == []
