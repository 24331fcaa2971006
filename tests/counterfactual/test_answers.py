"""The whole search on a model with a closed form: smallest, diverse, robust, plausible, refused."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

from core.counterfactual.improve import question
from core.counterfactual.plausibility import density, isolation
from core.counterfactual.words import apply, sentence
from core.engine import explain
from core.errors import ComputeError
from core.results import same
from tests.counterfactual.asked import job_of


def crosses(model, table, row, feature, value):
    """Whether one number alone changes the model's class."""
    frame = table.instance(row).astype(float)
    frame[feature.name] = round(value, feature.decimals)
    return model.predict(frame)[0].argmax() != model.predict(table.instance(row))[0].argmax()


def least_single(model, table, row):
    """Closed form: the least share of the range by which one number alone reaches the boundary."""
    own = table.instance(row).to_numpy(float)[0]
    margin = float(own @ np.array(model.weights) + model.bias)
    best = np.inf
    for place, feature in enumerate(table.schema.features):
        target = own[place] - margin / model.weights[place]
        step = 10.0**-feature.decimals
        ahead = np.sign(target - own[place])
        value = own[place] + ahead * np.ceil(abs(target - own[place]) / step - 1e-9) * step
        if not crosses(model, table, row, feature, value):
            value += ahead * step
        if feature.low - 1e-9 <= value <= feature.high + 1e-9:
            best = min(best, abs(value - own[place]) / (feature.high - feature.low) / len(table.schema))
    return best


def test_the_smallest_single_change_is_the_closed_form(logistic_model, logistic_table):
    checked = 0
    for row in range(len(logistic_table)):
        truth = least_single(logistic_model, logistic_table, row)
        if np.isfinite(truth):
            best = explain("nudges", logistic_model, logistic_table, row, defaults=False, k=1).nudges[0]
            assert len(best.changes) == 1
            assert best.distance == pytest.approx(truth, abs=1e-9)
            checked += 1
    assert checked > 10


def test_same_question_same_answer(logistic_model, logistic_table):
    for params in ({}, {"plausibility": 0.5}, {"robust": True, "k": 2}):
        first = explain("nudges", logistic_model, logistic_table, 1, **params)
        assert same(first, explain("nudges", logistic_model, logistic_table, 1, **params))


def test_k_answers_change_different_features(logistic_model, logistic_table):
    several = 0
    for row in range(0, 40, 4):
        result = explain("nudges", logistic_model, logistic_table, row, k=3, defaults=False)
        sets = [frozenset(change.name for change in nudge.changes) for nudge in result.nudges]
        assert len(set(sets)) == len(sets)
        several += len(sets) >= 2
        costs = [len(nudge.changes) + nudge.distance for nudge in result.nudges]
        assert costs == sorted(costs)
    assert several >= 3


def test_no_answer_only_adds_changes_to_another(logistic_model, logistic_table):
    for row in range(0, 20, 4):
        nudges = explain("nudges", logistic_model, logistic_table, row, k=4, defaults=False).nudges
        sets = [({change.name for change in nudge.changes}, nudge.distance) for nudge in nudges]
        for names, distance in sets:
            for others, other in sets:
                assert not (others < names and distance > 0.7 * other + 1e-12)


def test_robust_nudges_hold_when_missed(logistic_model, logistic_table):
    held = 0
    for row in range(0, 30, 3):
        nudge = explain("nudges", logistic_model, logistic_table, row, k=1, robust=True, defaults=False).nudges[0]
        if not (nudge.extra["holds_rounded"] and nudge.extra["holds_missed"] == 1.0):
            continue
        held += 1
        before = logistic_model.predict(logistic_table.instance(row))[0].argmax()
        for change in nudge.changes:
            feature = logistic_table.schema[change.name]
            for sign in (-1, 1):
                miss = max(0.01 * (feature.high - feature.low), 10.0**-feature.decimals)
                frame = apply(logistic_table.instance(row), nudge.changes)
                value = float(np.clip(round(change.after + sign * miss, feature.decimals), feature.low, feature.high))
                frame[change.name] = pd.Series([value]).astype(frame[change.name].dtype)
                assert logistic_model.predict(frame)[0].argmax() != before or len(nudge.changes) > 1
    assert held >= 5


def test_a_plausibility_weight_moves_towards_real_rows(logistic_model, logistic_table):
    near, small = [], []
    for row in range(0, 30, 3):
        plain = explain("nudges", logistic_model, logistic_table, row, k=1, defaults=False).nudges[0]
        like = explain("nudges", logistic_model, logistic_table, row, k=1, plausibility=0.8, defaults=False).nudges[0]
        near.append((like.extra["nearest_real_row"], plain.extra["nearest_real_row"]))
        small.append((plain.distance, like.distance))
    assert np.mean([first for first, _ in near]) < np.mean([second for _, second in near])
    assert all(first <= second + 1e-9 for first, second in near)


def test_isolation_and_density_of_a_real_row(logistic_model, logistic_table):
    asked = question(job_of(logistic_model, logistic_table, 0))
    alone = isolation(asked.code, asked.reaching[:4], asked.reaching)
    assert alone == pytest.approx(np.zeros(4))
    assert density(asked.code, alone, asked.reaching) == pytest.approx(np.ones(4))
    far = density(asked.code, np.array([0.9]), asked.reaching)
    assert far[0] == 0.0


def test_a_refusal_names_the_constraint_that_binds(logistic_model, logistic_table):
    row = next(
        row
        for row in range(40)
        if explain("nudges", logistic_model, logistic_table, row, k=1, defaults=False).nudges
        and not explain(
            "nudges", logistic_model, logistic_table, row, locked=["income", "age", "member"], defaults=False
        ).nudges
    )
    both = explain("nudges", logistic_model, logistic_table, row, locked=["income", "age", "member"], defaults=False)
    assert both.nudges == ()
    assert "locked" in both.reason
    none = explain("nudges", logistic_model, logistic_table, row, probability=0.999999, defaults=False)
    assert none.nudges == ()
    assert "No row of the table" in none.reason


def test_a_goal_that_is_reached_needs_no_change(logistic_model, logistic_table):
    own = logistic_model.classes[int(logistic_model.predict(logistic_table.instance(0))[0].argmax())]
    result = explain("nudges", logistic_model, logistic_table, 0, target=own)
    assert len(result.nudges) == 1
    assert result.nudges[0].changes == ()
    assert sentence(result.nudges[0], logistic_table) == "Nothing has to change."


def test_the_path_leads_from_the_instance_to_the_nudge(logistic_model, logistic_table):
    """Every step is what the model says of the row with so many changes made, and no other next step leads further."""
    longest = 0
    for row in range(0, 40, 5):
        result = explain("nudges", logistic_model, logistic_table, row, k=3, defaults=False, prefer="smallest distance")
        column = logistic_model.classes.index(result.label)
        for nudge in result.nudges:
            longest = max(longest, len(nudge.changes))
            assert len(nudge.path) == len(nudge.changes) + 1
            assert nudge.path[0] == result.output
            assert nudge.path[-1] == pytest.approx(nudge.output)
            for count in range(len(nudge.changes)):
                outputs = [
                    logistic_model.predict(
                        apply(logistic_table.instance(row), [*nudge.changes[:count], nudge.changes[other]])
                    )[0, column]
                    for other in range(count, len(nudge.changes))
                ]
                assert nudge.path[count + 1] == pytest.approx(outputs[0])
                assert outputs[0] == pytest.approx(max(outputs) if nudge.output > result.output else min(outputs))
    assert longest >= 2


def test_tied_features_are_one_step(logistic_model, logistic_table):
    seen = 0
    for row in range(0, 40, 2):
        result = explain("nudges", logistic_model, logistic_table, row, k=1, ties="income+age", defaults=False)
        for nudge in result.nudges:
            names = [change.name for change in nudge.changes]
            if {"income", "age"} <= set(names):
                seen += 1
                first, second = sorted((names.index("income"), names.index("age")))
                assert second == first + 1
                assert nudge.path[first + 1] == nudge.path[second + 1]
    assert seen >= 3


def test_the_line_is_where_the_goal_begins(logistic_model, logistic_table):
    assert explain("nudges", logistic_model, logistic_table, 0, k=1).line == 0.5
    own = explain("nudges", logistic_model, logistic_table, 0, k=1)
    assert explain("nudges", logistic_model, logistic_table, 0, k=1, target=own.label, probability=0.8).line == 0.8


def test_a_model_that_changes_its_mind_is_not_believed(logistic_model, logistic_table):
    """Predictions that drift between calls: what fails when it is predicted again is never shown."""

    class Drifting:
        calls = 0

        def __getattr__(self, name):
            return getattr(logistic_model, name)

        fingerprint = "drifting"

        def predict(self, frame):
            Drifting.calls += 1
            outputs = logistic_model.predict(frame)
            return outputs[:, ::-1] if Drifting.calls > 2 and Drifting.calls % 2 else outputs

    for row in range(3):
        answered = refused = False
        with suppress(ComputeError):
            result = explain("nudges", Drifting(), logistic_table, row)
            answered = bool(result.nudges)
            refused = bool(result.reason)
        if answered:
            assert all(nudge.output > 0.5 for nudge in result.nudges)
        assert not (answered and refused)
