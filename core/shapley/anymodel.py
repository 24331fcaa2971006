"""Shapley values of any model, asked through its predictions alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.errors import NotApplicable
from core.registry import Job, Told
from core.results import Check
from core.shapley import exact, kernel, permutation
from core.shapley.answer import Answer, Explained, background, background_size, background_words
from core.shapley.composed import network_game
from core.shapley.game import Game, Shared, coalition_values, game

BUDGET = 102_400
"""Predictions a row at which all coalitions are still taken by choice of our own: 10 features, background of 100."""


def fits(job: Job) -> bool:
    """True where all coalitions cost no more than ``BUDGET`` predictions."""
    players = len(job.model.features)
    rows = background_size(job)
    return players <= exact.MOST and 2**players * rows <= BUDGET


def solve(job: Job, rows: list[int], number: Explained, kind: str) -> Answer:
    """Explain rows one after the other; each is one or few calls of the model.

    Parameters
    ----------
    job : Job
        ``background``, ``samples`` and ``seed`` of its params are used.
    rows : list of int
    number : Explained
        What to explain, in which units.
    kind : {"exact", "permutation", "kernel"}

    Raises
    ------
    NotApplicable
        If all coalitions of too many features are asked for.
    """
    players = len(job.model.features)
    if kind == "exact" and players > exact.MOST:
        raise NotApplicable(
            f"All coalitions of {players} features are too many.",
            f"There are 2^{players}; up to {exact.MOST} features are enumerated.",
            "Choose the kind 'permutation' or 'kernel'.",
        )
    reference = background(job)
    found: list[Shared] = []
    forms: list[Check] = []
    for at, row in enumerate(rows):

        def step(done: float, at: int = at) -> None:
            job.progress((at + done) / len(rows), "asking the model")

        step(0.0)
        instance = job.table.instance(row)
        played = game(number.of, instance, reference)
        if kind == "exact":
            one, form = _every(played, job, number, instance, step)
            found.append(one)
            forms += () if form is None else (form,)
        else:
            found.append(_one(played, job, kind, step))
    base, output = np.array([one.base for one in found]), np.array([one.output for one in found])
    values = np.stack([one.values for one in found])
    spread = None if kind == "exact" else np.stack([one.errors for one in found])
    if spread is not None and not spread.any():
        spread = None
    worst = sorted(forms, key=lambda check: check.value or 0.0)[-1:]
    checks = (Check("algorithm", None, None, _words(kind, players, background_words(job))), *worst)
    return Answer(values, base, output, number.scale, spread, checks)


def _one(played: Game, job: Job, kind: str, step: Told) -> Shared:
    """One instance."""
    samples, seed = int(job.params["samples"]), int(job.params["seed"])
    if kind == "kernel":
        return kernel.estimate(played, samples, seed, step)
    return permutation.estimate(played, samples, seed, step)


def _every(
    played: Game, job: Job, number: Explained, instance: pd.DataFrame, step: Told
) -> tuple[Shared, Check | None]:
    """All coalitions of one instance: composed from a network's layers, unless equal mixtures are asked once."""
    network = None
    if played.codes is None:
        output = float(number.of(instance)[0])
        network = network_game(job, number.scale, instance, played.pool.iloc[1:], output, precise=True)
    masks = exact.coalitions(played.players)
    worth = coalition_values(played, masks, step) if network is None else network.worth(masks, step)
    shared = Shared(exact.shapley(worth), np.zeros(played.players), float(worth[0]), float(worth[-1]))
    return shared, None if network is None else network.check


def _words(kind: str, players: int, background: str) -> str:
    """What was done, for people."""
    against = f"against {background}"
    if kind == "exact":
        return f"Exact: all {2**players:,} coalitions of {players} features were asked, {against}."
    if kind == "kernel":
        return f"Kernel SHAP: a regression on coalitions in pairs, {against}."
    return f"Sampled: random orderings of the {players} features, forwards and backwards, {against}."
