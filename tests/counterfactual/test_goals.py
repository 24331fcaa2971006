"""Goals: when they are reached, how near a row is, and what they say."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.counterfactual.forms import forms_for
from core.counterfactual.goals import goal_for
from core.errors import InputError

BINARY = SimpleNamespace(classes=("no", "yes"))
THREE = SimpleNamespace(classes=("a", "b", "c"))
NUMBER = SimpleNamespace(classes=())


def goal(model, own, output=0, typical=0.0, **params):
    return goal_for(model, output, np.array(own), params, typical, "price")


def test_another_class_of_two_is_the_other_one():
    made = goal(BINARY, [0.8, 0.2])
    assert (made.label, made.low, made.high) == ("yes", 0.5, 1.0)
    assert made.reached(np.array([[0.4, 0.6], [0.5, 0.5], [0.6, 0.4]])).tolist() == [True, False, False]


def test_another_class_of_three_is_any_other():
    made = goal(THREE, [0.6, 0.3, 0.1])
    outputs = np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
    assert made.reached(outputs).tolist() == [False, True, True]
    assert "a" in made.words
    surer = goal(THREE, [0.6, 0.3, 0.1], probability=0.6)
    assert surer.reached(outputs).tolist() == [False, False, True]


def test_a_given_class_and_a_probability():
    assert goal(THREE, [0.6, 0.3, 0.1], target="c").reached(np.array([[0.3, 0.3, 0.4]]))[0]
    made = goal(THREE, [0.6, 0.3, 0.1], target="c", probability=0.5)
    assert made.reached(np.array([[0.3, 0.3, 0.4], [0.25, 0.25, 0.5]])).tolist() == [False, True]
    assert "50 %" in made.words


def test_regression_band_and_relative_change():
    assert goal(NUMBER, [200.0], change=-10).reached(np.array([[180.0], [180.1]])).tolist() == [True, False]
    assert goal(NUMBER, [-200.0], change=10).reached(np.array([[-180.0], [-180.1]])).tolist() == [True, False]
    band = goal(NUMBER, [200.0], low=210, high=220)
    assert band.reached(np.array([[209.0], [215.0], [221.0]])).tolist() == [False, True, False]
    assert "210" in band.words


def test_the_default_change_leads_towards_the_middle():
    assert goal(NUMBER, [200.0], typical=100.0).high == pytest.approx(180)
    assert goal(NUMBER, [50.0], typical=100.0).low == pytest.approx(55)


@pytest.mark.parametrize(
    ("model", "own", "params"),
    [
        (BINARY, [0.8, 0.2], {"target": "maybe"}),
        (BINARY, [0.8, 0.2], {"change": -10}),
        (BINARY, [0.8, 0.2], {"low": 0.9, "high": 0.1}),
        (NUMBER, [1.0], {"target": "yes"}),
        (NUMBER, [1.0], {"probability": 0.5}),
        (NUMBER, [1.0], {"change": 0.0}),
        (NUMBER, [1.0], {"low": 5.0, "high": 1.0}),
    ],
)
def test_goals_that_make_no_sense_are_refused(model, own, params):
    with pytest.raises(InputError):
        goal(model, own, **params)


@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), st.sampled_from(["other", "class", "band"]))
def test_the_score_changes_sign_where_the_goal_is_reached(weights, kind):
    outputs = np.array([weights]) / sum(weights)
    params = {"other": {}, "class": {"target": "b"}, "band": {"target": "b", "probability": 0.4}}[kind]
    made = goal(THREE, [0.6, 0.3, 0.1], **params)
    score = made.score(outputs)[0]
    if abs(score) > 1e-9:
        assert made.reached(outputs)[0] == (score > 0)


@given(st.lists(st.floats(-4, 4), min_size=3, max_size=3), st.sampled_from(["other", "class", "band"]))
def test_linear_conditions_never_rule_out_what_reaches_the_goal(sums, kind):
    powers = np.exp(np.array([sums]) - max(sums))
    outputs = powers / powers.sum()
    params = {"other": {}, "class": {"target": "b"}, "band": {"target": "b", "probability": 0.4}}[kind]
    made = goal(THREE, [0.6, 0.3, 0.1], **params)
    forms = forms_for(made, SimpleNamespace(link="softmax"), 3)
    if made.reached(outputs)[0]:
        assert forms.possible(np.array([sums]) @ forms.weights)[0]


@given(st.floats(-6, 6), st.floats(0.05, 0.95))
def test_binary_bands_are_exact_in_log_odds(margin, least):
    chance = 1 / (1 + np.exp(-margin))
    made = goal(BINARY, [0.8, 0.2], target="yes", probability=least)
    forms = forms_for(made, SimpleNamespace(link="logistic"), 1)
    if abs(chance - least) > 1e-4:
        assert forms.possible(np.array([[margin]]) @ forms.weights)[0] == (chance >= least)
