"""What the product proposes for the benchmark's rows, and the exhaustive search over one and two features."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import _nudge_cases as cases
import numpy as np
import pandas as pd
from _nudge_score import Judge, Scored
from _nudge_store import Proposals, Store

from core.counterfactual.distance import gower
from core.counterfactual.improve import improve, oracle_for, question
from core.engine import explain
from core.errors import ComputeError
from core.loading.frames import from_frame
from core.models import wrap
from core.params import resolve
from core.registry import Job, Watch, get

Propose = Callable[[int, int], Proposals]
FIRST = "first answer"
MAIN = "nudges"
LEAST = "nudges, smallest distance"
PROVED = "nudges k=1, 100 trees of depth 4"
FOUR = "nudges k=4"
LIKE = "nudges plausible"
NEAR = "nudges until as near as NICE"
EXHAUSTIVE = "exhaustive"
LIKES = {f"{LIKE} {weight:g}": weight for weight in (0.25, 0.75)} | {LIKE: 0.5}
"""Plausibility weights, each a place on the front between small and like real rows."""
ALL = (FIRST, MAIN, LEAST, PROVED, FOUR, *LIKES, EXHAUSTIVE)
TIMED = (FIRST, NEAR)
TOGETHER = 60


class Ours:
    """One cell's model and table as the product takes them, and the parts that answer its rows."""

    def __init__(self, case: cases.Case, settings: dict[str, Any]) -> None:
        self.case = case
        self.model = wrap(case.pipeline)
        self.data = from_frame(case.frame, target=case.target)
        self.settings = {"defaults": False, **settings}

    def fill(self, store: Store, judge: Judge, parts: tuple[str, ...]) -> None:
        """Answer the rows that the store lacks."""
        case, warm = self.case, False
        doing: dict[str, Propose] = {
            FIRST: self.first,
            MAIN: self.drain,
            LEAST: lambda slot, row: self.drain(slot, row, prefer="smallest distance"),
            PROVED: lambda slot, row: self.answers(slot, row, k=1),
            FOUR: lambda slot, row: self.answers(slot, row, k=4),
            **{name: self._like(weight) for name, weight in LIKES.items()},
            NEAR: lambda slot, row: self.near(slot, row, store, judge),
            EXHAUSTIVE: lambda slot, row: exhaustive(case, judge, slot, row),
        }
        for part in parts:
            if part == PROVED and case.kind != "xgboost":
                continue
            if not warm and part != EXHAUSTIVE and not store.late:
                self.first(0, int(case.rows[0]))  # what all rows of a model share is made once, as the peers' fit is
                warm = True
            store.fill(case.data, case.kind, part, case.rows, doing[part])

    def _like(self, weight: float) -> Propose:
        """The believable answer at a weight."""
        return lambda slot, row: self.answers(slot, row, k=1, plausibility=weight)

    def params(self, slot: int, **more: Any) -> dict[str, Any]:
        """The settings of one row's question."""
        change = {"change": float(self.case.ways[slot] * cases.CHANGE)} if self.case.regression else {}
        return {**self.settings, **change, **more}

    def answers(self, slot: int, row: int, **more: Any) -> Proposals:
        """The nudges of one question through the engine."""
        result = explain("nudges", self.model, self.data, row, **self.params(slot, **more))
        return [self._record(row, nudge, result) for nudge in result.nudges]

    def first(self, slot: int, row: int) -> Proposals:
        """The first answer as a page gets it: through the engine, to whoever watches, checked and stamped."""
        got: list[Any] = []

        def found(result: Any) -> None:
            got.append((time.perf_counter() - started, time.process_time() - used, result))
            raise ComputeError("Enough: the first answer is there.")

        watch = Watch(lambda _fraction, _step: None, found)
        started, used = time.perf_counter(), time.process_time()
        with suppress(ComputeError):
            explain("nudges", self.model, self.data, row, progress=watch, **self.params(slot))
        return [
            self._record(row, result.nudges[0], result) | {"seconds": wall, "cpu": cpu}
            for wall, cpu, result in got
            if result.nudges
        ]

    def drain(self, slot: int, row: int, **more: Any) -> Proposals:
        """The last answer of one search, with the seconds to it."""
        started = time.perf_counter()
        asked = question(self._job(slot, row, **more))
        answers = list(improve(asked, oracle_for(asked)))
        frames = [asked.code.decode(answer.row[None, :]) for answer in answers[-1:]]
        return [{"row": frame.iloc[0].to_dict(), "seconds": time.perf_counter() - started} for frame in frames]

    def near(self, slot: int, row: int, store: Store, judge: Judge) -> Proposals:
        """The first answer that a search holds and that is at least as near as NICE's; none when it ends without."""
        theirs = store.held(self.case.data, self.case.kind, "nice")[row]
        goal = min((judge.score(slot, item["row"]).distance for item in theirs), default=np.inf) + 1e-12
        started, used = time.perf_counter(), time.process_time()
        asked = question(self._job(slot, row))
        oracle = oracle_for(asked)
        for _ in improve(asked, oracle):
            held = [answer for answer in oracle.found.values() if answer.sure]
            far = gower(asked.code, np.array([answer.row for answer in held]), oracle.origin)
            if far.min() <= goal:
                spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
                frame = asked.code.decode(held[int(far.argmin())].row[None, :])
                return [{"row": frame.iloc[0].to_dict()} | spent]
        return []

    def _job(self, slot: int, row: int, **more: Any) -> Job:
        """One row's question."""
        output = 1 if self.model.task == "binary" else 0
        return Job(self.model, self.data, row, output, resolve(get("nudges"), self.params(slot, **more), self.data))

    def _record(self, row: int, nudge: Any, result: Any) -> dict[str, Any]:
        """A nudge as a whole row."""
        values = self.case.inputs.iloc[row].to_dict() | {change.name: change.after for change in nudge.changes}
        return {"row": values, "seconds": result.provenance.seconds, "proved": nudge.extra.get("proved", "")}


def exhaustive(case: cases.Case, judge: Judge, slot: int, row: int) -> Proposals:
    """Every single change to an observed value and every pair on a grid of twelve values a feature."""
    started = time.perf_counter()
    best: list[Scored] = []
    grids = [_grid(case.inputs.iloc[[row]], block) for block in _blocks(case)]
    for place in range(0, len(grids), TOGETHER):
        frame = pd.concat(grids[place : place + TOGETHER], ignore_index=True)
        reached = case.reached(slot, case.outputs(frame), judge.own[slot])
        best += judge.cheapest(slot, frame[reached])
    return [{"row": item.values, "seconds": time.perf_counter() - started} for item in _both_best(best)]


def _blocks(case: cases.Case) -> list[list[tuple[str, np.ndarray]]]:
    """One or two features with the values that they take."""
    fine = {name: _values(case, name, 200) for name in case.inputs}
    coarse = {name: _values(case, name, 12) for name in case.inputs}
    names = list(case.inputs)
    pairs = [[(one, coarse[one]), (two, coarse[two])] for place, one in enumerate(names) for two in names[:place]]
    return [[(name, fine[name])] for name in names] + pairs


def _both_best(scored: list[Scored]) -> list[Scored]:
    """The fewest features and the smallest distance."""
    if not scored:
        return []
    return [min(scored, key=lambda item: (item.changes, item.distance)), min(scored, key=lambda item: item.distance)]


def _values(case: cases.Case, name: str, most: int) -> np.ndarray:
    """Observed values of a feature, thinned to quantiles."""
    values = np.sort(case.inputs[name].unique()) if name in case.numbers else case.inputs[name].value_counts().index
    if len(values) <= most:
        return np.asarray(values)
    if name in case.numbers:
        return np.asarray(values)[np.linspace(0, len(values) - 1, most).round().astype(int)]
    return np.asarray(values)[:most]


def _grid(instance: pd.DataFrame, block: list[tuple[str, np.ndarray]]) -> pd.DataFrame:
    """The instance with every combination of one or two features' values."""
    grids = np.meshgrid(*[np.arange(len(values)) for _, values in block], indexing="ij")
    frame = instance.iloc[np.zeros(grids[0].size, dtype=int)].reset_index(drop=True)
    for (name, values), places in zip(block, grids, strict=True):
        frame[name] = pd.Series(values[places.ravel()]).astype(instance[name].dtype)
    return frame
