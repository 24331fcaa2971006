"""Answers on the way: the first one at once, each a proof by the model, better and better, and ended early."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from core.counterfactual.answer import stream
from core.counterfactual.improve import improve, oracle_for, question
from core.counterfactual.words import apply
from core.engine import explain
from core.registry import Watch
from tests.counterfactual.asked import job_of


def test_answers_come_at_once_and_only_get_better(logistic_model, logistic_table):
    for row in range(5):
        asked = question(job_of(logistic_model, logistic_table, row))
        costs = [found.cost for found in improve(asked, oracle_for(asked))]
        assert costs
        assert all(later < earlier for earlier, later in pairwise(costs))


def test_every_streamed_answer_was_predicted_by_the_model(logistic_model, logistic_table):
    asked = question(job_of(logistic_model, logistic_table, 2))
    for found in improve(asked, oracle_for(asked)):
        again = logistic_model.predict(asked.code.decode(found.row[None, :]))
        assert asked.goal.reached(again)[0]
        assert found.sure


def test_the_stream_ends_with_the_answers_first_nudge(logistic_model, logistic_table):
    for row in range(4):
        nudges = list(stream(job_of(logistic_model, logistic_table, row)))
        best = explain("nudges", logistic_model, logistic_table, row, defaults=False).nudges[0]
        assert set(nudges[-1].changes) == set(best.changes)
        assert nudges[-1].distance == best.distance
    reached = logistic_model.classes[int(logistic_model.predict(logistic_table.instance(0))[0].argmax())]
    assert list(stream(job_of(logistic_model, logistic_table, 0, target=reached))) == []


def test_who_watches_gets_answers_on_the_way(logistic_model, logistic_table):
    """Each as good as the one before, the last as good as the result, checked and stamped like it."""
    many = 0
    for row in range(6):
        seen = []
        watch = Watch(lambda fraction, step: None, seen.append)
        result = explain("nudges", logistic_model, logistic_table, row, k=3, defaults=False, progress=watch)
        firsts = [answer for answer in seen if len(answer.nudges) == 1]
        costs = [len(answer.nudges[0].changes) + answer.nudges[0].distance for answer in firsts]
        assert costs == sorted(costs, reverse=True)
        assert costs[-1] == pytest.approx(len(result.nudges[0].changes) + result.nudges[0].distance)
        assert [set(nudge.changes) for nudge in seen[-1].nudges] == [set(nudge.changes) for nudge in result.nudges]
        for answer in seen:
            assert answer.provenance.row == row
            for nudge in answer.nudges:
                again = logistic_model.predict(apply(logistic_table.instance(row), nudge.changes))[0]
                assert again[logistic_model.classes.index(answer.label)] == pytest.approx(nudge.output)
        many += len(firsts) >= 2
    assert many >= 2


def test_the_first_answer_asks_the_model_nothing(logistic_model, logistic_table):
    """It is a real row of which the model's answer is known."""
    question(job_of(logistic_model, logistic_table, 0))
    asks = []

    class Asked:
        def __getattr__(self, name):
            return getattr(logistic_model, name)

        def predict(self, frame):
            asks.append(len(frame))
            return logistic_model.predict(frame)

    for row in range(1, 8):
        asked = question(replace(job_of(logistic_model, logistic_table, row), model=Asked()))
        first = next(improve(asked, oracle_for(asked)))
        assert not asks
        real = logistic_table.inputs.eq(asked.code.decode(first.row[None, :]).iloc[0]).all(axis=1)
        assert real.any()
        assert asked.goal.reached(logistic_model.predict(asked.code.decode(first.row[None, :])))[0]


def test_progress_may_cancel(logistic_model, logistic_table):
    class StoppedError(Exception):
        """What a page raises."""

    def stop(_fraction: float, _step: str) -> None:
        raise StoppedError

    job = replace(job_of(logistic_model, logistic_table, 0), progress=stop)
    asked = question(job)
    with pytest.raises(StoppedError):
        list(improve(asked, oracle_for(asked)))


def test_a_past_deadline_still_gives_the_first_answer(logistic_model, logistic_table):
    asked = question(job_of(logistic_model, logistic_table, 0))
    oracle = oracle_for(asked, seconds=0.0)
    assert list(improve(asked, oracle))
    assert oracle.stopped
