"""Every control of the nudges changes the answer, and as it promises: read from the answer itself, not from its words."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.loading.samples import load_sample_table
from core.results import Change, Nudges
from tests.pages.app import box, errors, now, open_page, words
from tests.pages.searching import answer, asked

LOANS = {"model": "loans-linear", "data": "loans", "method": "nudges", "row": 4}
DIABETES = {"model": "diabetes", "data": "diabetes", "method": "nudges"}


def changes(result: Nudges) -> list[Change]:
    """All changes of all nudges."""
    return [change for nudge in result.nudges for change in nudge.changes]


def names(result: Nudges) -> set[str]:
    """The features that any nudge changes."""
    return {change.name for change in changes(result)}


def rule(app: AppTest, feature: str) -> AppTest:
    """The page with the editor of one feature's rule."""
    return app.selectbox(key="nudge_rule_feature").set_value(feature).run()


@pytest.fixture
def loans() -> AppTest:
    """A loan whose two smallest nudges raise the amount."""
    app = open_page(**LOANS)
    assert next(change for change in changes(answer(app)) if change.name == "amount").after > 40_000
    return app


def test_a_locked_feature_stays(loans: AppTest) -> None:
    box(rule(loans, "amount"), "selectbox", "nudge_way").set_value("fixed").run()
    after = answer(loans)
    assert after.nudges
    assert "amount" not in names(after)
    assert errors(loans.run()) == []


@pytest.mark.parametrize("way", ["down", "up"])
def test_a_direction_is_kept(loans: AppTest, way: str) -> None:
    before = next(change for change in changes(answer(loans)) if change.name == "monthly_income")
    assert before.after < before.before
    box(rule(loans, "monthly_income"), "selectbox", "nudge_way").set_value(way).run()
    after = answer(loans)
    moved = [change for change in changes(after) if change.name == "monthly_income"]
    assert after.nudges
    assert all((change.after < change.before) == (way == "down") for change in moved)
    assert bool(moved) or way == "up"


def test_a_range_is_kept(loans: AppTest) -> None:
    box(rule(loans, "amount"), "slider", "nudge_range").set_value((1_300, 20_000)).run()
    after = answer(loans)
    assert after.nudges
    assert all(1_300 <= change.after <= 20_000 for change in changes(after) if change.name == "amount")
    assert "amount" in asked(loans)["p.ranges"]


def test_only_chosen_levels_are_taken(loans: AppTest) -> None:
    assert any(change.name == "employment" and change.after == "unemployed" for change in changes(answer(loans)))
    box(rule(loans, "employment"), "multiselect", "nudge_levels").set_value(["self-employed"]).run()
    after = answer(loans)
    assert after.nudges
    assert {change.after for change in changes(after) if change.name == "employment"} <= {"self-employed"}


def test_no_more_features_change_than_allowed(loans: AppTest) -> None:
    assert max(len(nudge.changes) for nudge in answer(loans).nudges) == 3
    loans.number_input(key=now(loans, "nudge_most")).set_value(2).run()
    after = answer(loans)
    assert after.nudges
    assert max(len(nudge.changes) for nudge in after.nudges) == 2
    loans.number_input(key=now(loans, "nudge_most")).set_value(1).run()
    assert answer(loans).nudges == ()
    assert "at most 1 feature may change" in words(loans)


def test_what_costs_more_is_changed_less() -> None:
    app = open_page(**DIABETES, row=1, p_k=1)
    assert names(answer(app)) == {"bmi"}
    box(rule(app, "bmi"), "selectbox", "nudge_cost").set_value("5").run()
    after = answer(app)
    assert after.nudges
    assert names(after) == {"blood_pressure"}
    assert errors(app.run()) == []


def test_a_cost_of_a_link_is_shown_as_it_is() -> None:
    app = rule(open_page(**DIABETES, row=1, p_k=1, p_weights="bmi:3"), "bmi")
    assert app.selectbox(key=now(app, "nudge_cost")).value == "3"
    assert errors(app.run()) == []


def test_tied_features_move_together_to_combinations_that_rows_hold(loans: AppTest) -> None:
    table = load_sample_table("loans")
    pairs = set(zip(table.frame["amount"], table.frame["months"], strict=True))
    assert not any({"amount", "months"} <= {change.name for change in nudge.changes} for nudge in answer(loans).nudges)
    box(rule(loans, "amount"), "multiselect", "nudge_tie").set_value(["months"]).run()
    after = answer(loans)
    own = table.instance(4).iloc[0]
    touched = 0
    for nudge in after.nudges:
        new = {change.name: change.after for change in nudge.changes}
        if {"amount", "months"} & set(new):
            touched += 1
            assert (new.get("amount", own["amount"]), new.get("months", own["months"])) in pairs
    assert touched


def test_a_missing_cell_is_filled_only_where_allowed() -> None:
    app = open_page(**LOANS | {"row": 38})
    assert all(change.before is not None for change in changes(answer(app)))
    box(rule(app, "years_employed"), "toggle", "nudge_gap").set_value(True).run()
    filled = [change for change in changes(answer(app)) if change.before is None]
    assert [change.name for change in filled] == ["years_employed"]
    app.toggle(key=now(app, "nudge_gap")).set_value(False).run()
    assert all(change.before is not None for change in changes(answer(app)))
    assert errors(app.run()) == []


def test_the_more_like_real_rows_the_nearer_to_one(loans: AppTest) -> None:
    found = [answer(loans).nudges[0]]
    for weight in (0.5, 1.0):
        loans.slider(key=now(loans, "nudge_like")).set_value(weight).run()
        found.append(answer(loans).nudges[0])
    apart = [nudge.extra["nearest_real_row"] for nudge in found]
    assert apart[0] > apart[1] > apart[2]
    assert found[0].distance < found[1].distance


def test_a_firm_nudge_holds_when_missed(loans: AppTest) -> None:
    assert answer(loans).nudges[0].extra["holds_missed"] < 1
    loans.toggle(key=now(loans, "nudge_firm")).set_value(True).run()
    firm = answer(loans).nudges[0]
    assert firm.extra["holds_rounded"]
    assert firm.extra["holds_missed"] == 1.0


def test_as_many_ways_as_asked(loans: AppTest) -> None:
    for count in (2, 1):
        loans.number_input(key=now(loans, "nudge_many")).set_value(count).run()
        assert len(answer(loans).nudges) == count


def test_sureness_and_class_are_reached(loans: AppTest) -> None:
    assert answer(loans).nudges[0].output < 0.7
    loans.toggle(key=now(loans, "nudge_goal_sure")).set_value(True).run()
    loans.slider(key=now(loans, "nudge_goal_least")).set_value(70).run()
    after = answer(loans)
    assert after.nudges
    assert all(nudge.output >= 0.7 for nudge in after.nudges)
    assert after.label == "defaulted"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_class_of_several_is_reached(place: int) -> None:
    app = open_page(model="wine", data="wine", method="nudges", row=3, p_k=1)
    first = app.selectbox(key=now(app, "nudge_goal_class"))
    wanted = first.options[1 + place]
    first.set_value(first.options[0] if wanted == "any other class" else _value(app, place)).run()
    after = answer(app)
    assert after.nudges
    assert after.label == _value(app, place)
    assert errors(app.run()) == []


def _value(app: AppTest, place: int) -> str:
    """A class of the wine model by its place."""
    from core.loading.samples import load_sample_model

    return load_sample_model("wine").classes[place]


@pytest.mark.parametrize(("way", "sign"), [("lower", -1), ("higher", 1)])
def test_a_number_moves_by_so_many_percent(way: str, sign: int) -> None:
    app = open_page(**DIABETES, row=3, p_k=1)
    answer(app)
    app.selectbox(key=now(app, "nudge_goal_way")).set_value(way).run()
    app.number_input(key=now(app, "nudge_goal_percent")).set_value(15).run()
    after = answer(app)
    assert after.nudges
    assert sign * (after.nudges[0].output / after.output - 1) >= 0.15 - 1e-9


def test_a_number_lands_in_a_band() -> None:
    app = open_page(**DIABETES, row=3, p_k=1)
    own = answer(app).output
    app.selectbox(key=now(app, "nudge_goal_way")).set_value("band").run()
    app.number_input(key=now(app, "nudge_goal_low")).set_value(own + 20).run()
    app.number_input(key=now(app, "nudge_goal_high")).set_value(own + 25).run()
    after = answer(app)
    assert after.nudges
    assert own + 20 - 0.01 <= after.nudges[0].output <= own + 25 + 0.01


def test_a_broken_lock_in_a_link_is_told_and_breaks_nothing() -> None:
    app = open_page(**LOANS, p_locked="[broken")
    assert not app.exception
    rule(app, "amount")
    assert not app.exception
