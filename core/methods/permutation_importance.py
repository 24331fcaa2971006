"""Permutation importance of the whole model, on the rows whose truth is known."""

from __future__ import annotations

import numpy as np

from core import row_weights
from core.curves import curves
from core.errors import InputError, unknown_name
from core.fingerprint import of_bytes
from core.losses import LOSS, loss_for, the
from core.permutation import Shuffled, shuffle
from core.registry import Job, method
from core.results import Check, Importance
from core.truth import unknown, weighed_rows
from core.types import Array, Param
from core.views import words

ABOUT = """
**What it is.** Take one column, shuffle its values between the rows so that they no longer belong to them, and measure
how much worse the model gets. A feature that the model relies on costs a lot; one that it ignores costs nothing.

**Formula.** $L(y, f(X^{(j)})) - L(y, f(X))$, where column $j$ of $X^{(j)}$ is shuffled; the mean and
the standard deviation over the rounds are shown. $L$ is the root mean squared error for numbers, 1 − AUC for two
classes, cross-entropy for more. Where a column weighs the rows, the loss is weighted by it.

**Cost.** One prediction per row, round and feature, in few large calls; of known trees and networks, the answers
for all shuffles are found in the trees or layers themselves (a check says so, and how closely they repeat the model).

**When it misleads.** Two features that say the same thing cover for each other, and both look unimportant: shuffle them
as one group. Shuffling makes rows that do not exist when features move together. It says what *this model* uses, not
what matters in the world; a bad model's importances say little.

**Where ours differs.** ELI5 shows how far a score *falls* (by default the model's own: accuracy, $R^2$), dalex and this
page how far a loss *rises*: choose the loss to compare. Shuffles are seeded, so the same question has the same answer.

**Source.** L. Breiman, 2001, [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324); A. Fisher,
C. Rudin and F. Dominici, *Journal of Machine Learning Research* 20 (177), 2019.
"""
ROUNDING = 1e-12
"""Share of the loss of knowing nothing below which a loss is 0."""
SHUFFLED = "They weigh in the loss; values are shuffled between all rows alike."
PARAMS = (
    LOSS,
    Param(
        "report",
        "choice",
        "difference",
        "Rise of the loss, its ratio to the untouched loss, or the loss itself.",
        choices=("difference", "ratio", "loss"),
    ),
    Param("rounds", "int", 10, "How often each feature is shuffled.", low=1, high=1_000),
    Param("rows", "int", 1_000, "Rows used, drawn with the seed.", low=2, high=1_000_000),
    Param("only", "features", (), "These features only; empty: all."),
    Param("groups", "text", "", "Features shuffled together, for example: money = income + debt; person = age + sex."),
    Param("seed", "int", 0, "Fixes the rows and every shuffle.", low=0, high=2**31 - 1),
)


@method(
    id="permutation_importance",
    title="Permutation importance",
    question="Which features does the model rely on?",
    version="3",
    scope="model",
    kind="importance",
    params=PARAMS,
    order=200,
    cost="seconds",
    about=ABOUT,
    unsupported=unknown,
)
def explain(job: Job) -> Importance:
    """Shuffle each feature and report how much worse the model gets."""
    loss = loss_for(job.model.task, str(job.params["loss"]))
    rows, known, weights = weighed_rows(job)
    groups = parse_groups(str(job.params["groups"]), job.model.features, tuple(job.params["only"]))
    frame = job.table.rows(rows)
    job.progress(0.0, "shuffling features")
    looked_up = curves(job, frame, int(job.params["rounds"]), of_bytes(rows.tobytes()))
    found = shuffle(
        job.model.predict,
        frame,
        lambda blocks: loss.of(blocks, known, weights),
        groups,
        rounds=int(job.params["rounds"]),
        seed=int(job.params["seed"]),
        progress=job.stretch("shuffling features"),
        looked_up=looked_up,
    )
    rounds, unit = reported(found, str(job.params["report"]), loss.title)
    spread = rounds.std(axis=1, ddof=1) if rounds.shape[1] > 1 else None
    return Importance(
        found.names,
        rounds.mean(axis=1),
        unit,
        job.label,
        spread=spread,
        rounds=rounds,
        reference=found.full,
        checks=(
            fit_check(found, loss.title, len(rows)),
            *_noise_check(rounds),
            *row_weights.check(job.table, rows, SHUFFLED),
            *(() if looked_up is None else (looked_up.check,)),
        ),
    )


def parse_groups(text: str, features: tuple[str, ...], only: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Read groups of features; those not named stand for themselves.

    Parameters
    ----------
    text : str
        ``name = feature + feature; name = …``; a name may be left out.
    features, only : tuple of str
        All features, and those wanted (empty: all).

    Returns
    -------
    dict
        Group name to its features, in the model's order of first members.

    Raises
    ------
    InputError
        If a feature does not exist or stands in two groups.
    """
    named: dict[str, tuple[str, ...]] = {}
    for part in (piece.strip() for piece in text.split(";")):
        if part:
            name, mark, members = part.rpartition("=")
            names = tuple(member.strip() for member in (members if mark else part).split("+"))
            named[name.strip() or " + ".join(names)] = names
    grouped = [member for members in named.values() for member in members]
    for member in grouped:
        if member not in features:
            raise unknown_name("feature", member, features)
    twice = sorted({member for member in grouped if grouped.count(member) > 1})
    if twice:
        raise InputError("A feature stands in two groups.", ", ".join(twice), "Name each feature once.")
    alone = {name: (name,) for name in (only or features) if name not in grouped}
    return {**named, **alone}


def reported(found: Shuffled, form: str, loss: str) -> tuple[Array, str]:
    """The rounds as difference, ratio or loss, and their unit."""
    if form == "ratio":
        if found.full <= ROUNDING * found.baseline:  # 1 - AUC of 1e-16 is none: its multiples mean nothing
            raise InputError("A ratio needs a loss above zero.", f"The untouched {loss} is 0.", "Choose difference.")
        return found.rounds / found.full, f"times the untouched {loss}"
    if form == "loss":
        return found.rounds, loss
    return found.rounds - found.full, f"rise of {the(loss)}"


def fit_check(found: Shuffled, loss: str, rows: int) -> Check:
    """How good the model is at all: importances of a useless model mean nothing."""
    useful = found.full < found.baseline
    costs = f"knowing nothing costs {words.number(found.baseline)}"
    text = f"On {rows:,} rows {the(loss)} is {words.number(found.full)}; {costs}."
    if not useful:
        text += " The model is no better than chance here, so its importances say little."
    return Check("fit", useful, found.full, text)


def _noise_check(rounds: Array) -> tuple[Check, ...]:
    """How many features stand clear of the noise of shuffling."""
    if rounds.shape[1] < 2:
        return ()
    errors = rounds.std(axis=1, ddof=1) / np.sqrt(rounds.shape[1])
    clear = int((np.abs(rounds.mean(axis=1)) > 2 * errors).sum())
    text = f"{clear} of {len(rounds)} stand clear of the noise of {rounds.shape[1]} rounds (two standard errors)."
    return (Check("noise", None, float(clear), text),)
