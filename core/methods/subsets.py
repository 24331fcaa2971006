"""The funnel of subsets: on which parts of the rows is the model worst?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.asking import in_parts
from core.errors import InputError
from core.registry import Job, method
from core.results import Check, Subsets
from core.subsets import search
from core.truth import scored_rows, unknown
from core.types import Array, Model, Param, Table
from core.views import words
from core.views.subsets import conditions

SHOWN = 300
"""Subsets kept at most: those least likely to be chance."""
FLOOR = np.finfo(np.float64).eps
ABOUT = """
**What it is.** The rows are cut along each feature (bins of numbers, levels, rows without a value) and along pairs of
features. For each part: how wrong the model is there. Parts where it is worse than elsewhere, beyond luck, stand out of
the *funnel*: the band in which the mean of so many rows lies by chance alone.

**Formula.** Mean loss of a subset $\\bar l_s$ with standard error $s_s / \\sqrt{n_s}$, tested against the mean of all
other rows (Welch, one-sided). The chance is corrected for *all* subsets that were looked at (Holm), whatever their
overlap. The funnel is $\\bar l \\pm 1.96\\, s / \\sqrt{n}$. Of pairs, those are listed that are worse than each of
their two conditions alone.

**Cost.** One prediction a row.

**When it misleads.** A subset in which the target varies more has larger errors without anything being wrong. A subset
that is not called worse may just be too small. On the rows that the model was trained on, all losses look too small.
"Worse" says where, not why: open its rows.

**Source.** B. Welch, 1947, [doi:10.1093/biomet/34.1-2.28](https://doi.org/10.1093/biomet/34.1-2.28); S. Holm, 1979,
[doi:10.2307/4615733](https://doi.org/10.2307/4615733); D. Spiegelhalter, *Funnel plots*, 2005,
[doi:10.1002/sim.1970](https://doi.org/10.1002/sim.1970).
"""
PARAMS = (
    Param(
        "loss", "choice", "auto",
        "How wrong a row is. Auto: the size of the error; for classes, whether the most probable class is wrong.",
        choices=("auto", "absolute", "squared", "wrong", "log_loss"),
    ),
    Param("pairs", "bool", True, "Pairs of conditions too.", expert=False),
    Param("min_rows", "int", 20, "Rows of a subset at least.", low=2, high=100_000, expert=False),
    Param("bins", "int", 4, "Parts of a number, of about as many rows each.", low=2, high=20),
    Param("where", "text", "", "Only rows where, for example: age > 50; job = cook; income is missing."),
    Param("rows", "int", 20_000, "Rows used, drawn with the seed.", low=4, high=500_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)  # fmt: skip  # a table of settings


def _unsupported(model: Model, table: Table) -> str | None:
    """Losses need the truth, subsets some rows."""
    return unknown(model, table, least=10)


@method(
    id="subsets",
    title="Subsets",
    question="On which rows is the model worst?",
    version="1",
    scope="model",
    kind="subsets",
    params=PARAMS,
    order=225,
    cost="seconds",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Subsets:
    """Score every subset and keep the worst."""
    rows, known = scored_rows(job)
    frame = job.table.rows(rows)
    said = in_parts(job, frame, until=0.6)
    loss, unit = losses(job.model.classes, said, known, str(job.params["loss"]))
    job.progress(0.6, "comparing subsets")
    least = int(job.params["min_rows"])
    found = search(
        frame, job.table.schema, loss, bins=int(job.params["bins"]), least=least, pairs=bool(job.params["pairs"])
    )
    deviation = float(loss.std(ddof=1))
    result = Subsets(found, float(loss.mean()), deviation, len(rows), unit, job.label)
    worse = sum(one.chance <= result.level for one in found)
    return replace(result, subsets=found[:SHOWN], checks=_checks(job, result, worse))


def losses(classes: tuple[str, ...], said: Array, known: Array, wanted: str) -> tuple[Array, str]:
    """How wrong each row is, shape (n_rows,), and what one is.

    Raises
    ------
    InputError
        If the loss does not fit the task.
    """
    name = wanted if wanted != "auto" else "wrong" if classes else "absolute"
    if (name in ("wrong", "log_loss")) != bool(classes):
        fit = "wrong or log_loss" if classes else "absolute or squared"
        raise InputError(f"The loss {name} does not fit.", f"For this task it is {fit}.", "Choose one, or auto.")
    if not classes:
        off = np.abs(known - said[:, 0])
        return (off, "mean size of the error") if name == "absolute" else (off**2, "mean squared error")
    places = known.astype(np.int64)
    if name == "wrong":
        return (said.argmax(axis=1) != places).astype(np.float64), "share of rows that are wrong"
    given = said[np.arange(len(places)), places]
    return -np.log(np.clip(given, FLOOR, 1.0)), "mean log loss"


def _checks(job: Job, result: Subsets, worse: int) -> tuple[Check, ...]:
    """How many stand out beyond luck, and which is the worst of them."""
    count = len(result.subsets)
    if not count:
        return (
            Check(
                "subsets",
                None,
                0.0,
                f"No part has at least {job.params['min_rows']} rows: there is nothing to compare.",
            ),
        )
    if not worse:
        text = f"Of {count:,} subsets none is worse than the other rows beyond luck (5 %, corrected for all of them)."
    else:
        top = words.short(conditions(result.subsets[0].parts, job.table.schema), 120)
        text = f"{worse:,} of {count:,} subsets {'is' if worse == 1 else 'are'} worse than the other rows beyond luck; "
        text += f"least likely to be chance: {top}."
    return (Check("subsets", worse == 0, float(worse), text),)
