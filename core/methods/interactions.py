"""Which features act together: the H statistic over pairs, or of each feature with all others."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from core.interactions import Single, Strength, overall, pair, single
from core.registry import Job, method
from core.results import Check, Importance
from core.types import Array, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** If two features acted independently, the answer for both would be the sum of each one's own effect. The
*H statistic* measures what is left: 0 means that they only add up, 1 that the pair does everything together and nothing
alone. *Size* is the same in the units of the answer.

**Formula.** $H_{jk}^2 = \\sum_i [PD_{jk}(x^{(i)}) - PD_j(x^{(i)}) - PD_k(x^{(i)})]^2 / \\sum_i PD_{jk}(x^{(i)})^2$, all
centred on their means; for one feature against all others $PD_{jk}$ is the prediction itself and $PD_k$ that of the
others. Both are averaged over samples of rows, with the standard deviation over them. Shown first is the *size*, the
root mean square of the numerator: noise divided by noise makes a large $H$.

**Cost.** Rows squared predictions a pair and a sample. Only the features that move the answers most are paired.

**When it misleads.** A pair that hardly matters can have a large $H$: look at the *size* too. Features that go together
make rows that do not exist. A small sample pushes both up: a value within its deviation of zero is nothing.

**Source.** J. Friedman and B. Popescu, 2008, [doi:10.1214/07-AOAS148](https://doi.org/10.1214/07-AOAS148).
"""
PARAMS = (
    Param(
        "of", "choice", "pairs", "Pairs of features, or each feature with all others.",
        choices=("pairs", "features"), expert=False,
    ),
    Param(
        "report", "choice", "size", "The size in the units of the answer; or its share H, from 0 to 1.",
        choices=("size", "share"), expert=False,
    ),
    Param("most", "int", 8, "Features paired: those that move the answers most.", low=2, high=60),
    Param("rows", "int", 30, "Rows of each sample.", low=5, high=500),
    Param("rounds", "int", 3, "Samples of rows.", low=1, high=50),
    Param("seed", "int", 0, "Fixes the samples.", low=0, high=2**31 - 1),
)  # fmt: skip  # a table of settings

ALONE = 0.3
"""Share of a round that moves features alone; the rest moves pairs."""


def _unsupported(model: Model, table: Table) -> str | None:
    """Two features and a few rows are needed."""
    if len(model.features) < 2:
        return "The model takes fewer than two features."
    return "Fewer than five rows say nothing of interactions." if len(table) < 5 else None


@method(
    id="interactions",
    title="Interactions",
    question="Which features act together?",
    version="1",
    scope="model",
    kind="importance",
    params=PARAMS,
    order=214,
    cost="minutes",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Importance:
    """Measure the interactions on several samples of rows."""
    rounds, seed = int(job.params["rounds"]), int(job.params["seed"])
    begun = _choosing(job, rounds)
    names = _moving(job, job.table.background(int(job.params["rows"]), seed), begun)
    pairs, share_each = job.params["of"] == "pairs", (1 - begun) / rounds
    found = [_sample(job, seed + at, names, pairs, begun + at * share_each, share_each) for at in range(rounds)]
    share = job.params["report"] == "share"
    values = np.array([[one.share if share else one.size for one in line] for line in found]).T
    titles = [" × ".join(couple) for couple in combinations(names, 2)] if pairs else list(names)
    sizes = np.array([[one.size for one in line] for line in found]).mean(axis=0)
    unit = "H (0: they only add up, 1: all they do is together)" if share else f"interaction in units of {_units(job)}"
    return Importance(
        tuple(titles),
        values.mean(axis=1),
        unit,
        job.label,
        spread=values.std(axis=1, ddof=1) if rounds > 1 else None,
        rounds=values,
        checks=(_size_check(job, titles, sizes), _paired(job, names)),
    )


def _units(job: Job) -> str:
    """What one is, in our own words."""
    return "probability" if job.model.classes else "the target"


def _choosing(job: Job, rounds: int) -> float:
    """The share of the work that goes into choosing the features to pair; 0 where all are taken."""
    count, most = len(job.model.features), int(job.params["most"])
    if count <= most or job.params["of"] == "features":
        return 0.0
    looked = ALONE * count / most  # in rounds, each of which moves the chosen ones alone and in pairs
    return looked / (looked + rounds)


def _moving(job: Job, frame: pd.DataFrame, share: float) -> tuple[str, ...]:
    """The features that move the answers most, in the model's order; ``share`` is what they take of the whole work."""
    names = job.model.features
    if not share:
        return names
    each = share / len(names)
    told = [job.stretch("moving each feature", at * each, each) for at in range(len(names))]
    moved: Array = np.array([single(job.predict, frame, *one).moved for one in zip(names, told, strict=True)])
    kept = set(np.argsort(-moved, kind="stable")[: int(job.params["most"])].tolist())
    return tuple(name for at, name in enumerate(names) if at in kept)


def _sample(job: Job, seed: int, names: tuple[str, ...], pairs: bool, done: float, share: float) -> list[Strength]:
    """Every interaction on one sample of rows."""
    frame = job.table.background(int(job.params["rows"]), seed)
    alone: list[Single] = []
    step = share * (ALONE if pairs else 1.0) / len(names)
    for at, name in enumerate(names):
        told = job.stretch("moving each feature", done + at * step, step)
        alone.append(single(job.predict, frame, name, told))
    if not pairs:
        said = job.predict(frame)
        return [overall(said, one) for one in alone]
    found = []
    couples = list(combinations(range(len(names)), 2))
    step = share * (1 - ALONE) / len(couples)
    for at, (one, two) in enumerate(couples):
        told = job.stretch("moving pairs of features", done + share * ALONE + at * step, step)
        found.append(pair(job.predict, frame, (names[one], names[two]), alone[one], alone[two], told))
    return found


def _size_check(job: Job, titles: list[str], sizes: Array) -> Check:
    """The interaction that matters most in the units of the answer."""
    top = int(np.argmax(sizes))
    said = words.amount(float(sizes[top]), "probability" if job.model.classes else "target").lstrip("+")
    text = f"In the units of the answer the largest is {words.short(titles[top], 60)}: it moves answers by {said}."
    return Check("size", None, float(sizes[top]), text)


def _paired(job: Job, names: tuple[str, ...]) -> Check:
    """What was left out."""
    total = len(job.model.features)
    text = f"All {total} features are looked at."
    if len(names) < total:
        text = f"The {len(names)} of {total} features that move the answers most are paired."
    return Check("features", None, float(len(names)), text)
