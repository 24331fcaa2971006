"""What the model says of itself: the weights of a linear model, the importances that trees keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.conditions import ordered_values
from core.errors import NotApplicable
from core.portable.form import Portable
from core.registry import Job, method
from core.results import Check, Importance
from core.types import Array, Model, Param, Table
from core.views import words
from core.weights import Own, Weights, bends, by_feature, covariance, importances, last_step, linear, straight

ABOUT = """
**What it is.** Not asked, but read. *Linear models*: the weight of each feature, in the feature's own units; scaling is
undone, levels have their names. *Trees*: the importance that the training left in the model, with the deviation over
the trees where they keep their own.

**Formula.** Linear: answer (or log-odds, or the score by which a classifier decides)
$= b + \\sum_j w_j x_j + \\sum_l w_l [x = l]$; *per deviation* multiplies each weight by its column's standard
deviation. Trees: share of the impurity (scikit-learn) or of the gain (boosters) that a feature's splits remove, encoded
columns added up by feature.

**Cost.** Nothing: no prediction is made.

**When it misleads.** Weights per unit cannot be compared between features: a metre is not a year. Features that go
together share weights, even with opposite signs. Importances of trees are measured on the training rows and prefer
features with many values: permutation importance on other rows does not. A deviation over trees says how the trees
differ, not how sure the number is.

**Where ours differs.** ELI5 lists the columns that the model's last step sees (scaled, one for each level); here they
are brought back to your own columns and units. XGBoost counts the rounds after the best one, too, where training
stopped early; here only those count that its answers use.

**Source.** L. Breiman, 2001, [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324); C. Strobl et al.,
2007, [doi:10.1186/1471-2105-8-25](https://doi.org/10.1186/1471-2105-8-25) (why importances of trees mislead).
"""
PARAMS = (
    Param(
        "per", "choice", "unit", "Per one unit of the feature, or per one standard deviation (linear models).",
        choices=("unit", "deviation"), expert=False,
    ),
)  # fmt: skip  # a table of settings
UNITS = {
    "log-odds": "log-odds", "target": "the target", "log-target": "the target's logarithm", "score": "the class score"
}  # fmt: skip  # our own words


def _unsupported(model: Model, _table: Table) -> str | None:
    """The model must keep weights or importances, and its columns must be traceable to features."""
    if not hasattr(model, "native"):
        return None  # it lives elsewhere; the question is asked there
    body = straight(model)
    if body is not None:
        return "Its front bends numbers: no weight per unit exists." if bends(body) else None
    if _own(model) is None:
        if hasattr(last_step(model.native), "coef_"):
            return "Its weights belong to columns that its steps make of several of yours, or bend: to no feature."
        return "The model keeps no weights or importances of its own that could be traced to your columns."
    return None


def _own(model: Any) -> tuple[Own, list[int]] | None:
    """Importances and the feature of each encoded column."""
    found = importances(last_step(model.native))
    if found is None:
        return None
    sources = getattr(getattr(model, "engine", None), "sources", None)
    places = list(range(len(model.features))) if sources is None else [int(place) for place in sources]
    return (found, places) if len(places) == len(found.values) else None


@method(
    id="own_weights",
    title="The model's own weights",
    question="What does the model say of itself?",
    version="1",
    scope="model",
    kind="importance",
    params=PARAMS,
    order=235,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Importance:
    """Read the weights, or the importances of the trees."""
    body = straight(job.model)
    if body is not None:
        return _linear(job, body)
    found = _own(job.model)
    if found is None:
        raise NotApplicable("The model keeps no importances.", "Nothing can be read.", "Choose another method.")
    own, places = found
    count = len(job.model.features)
    values = by_feature(own.values, places, count)
    trees = None if own.trees is None else by_feature(own.trees, places, count)
    spread = None if trees is None else trees.std(axis=0)
    return Importance(job.model.features, values, own.unit, job.label, spread=spread, checks=(_shares(values, trees),))


def _linear(job: Job, body: Portable) -> Importance:
    """Weights with their standard deviations where the model knows them."""
    columns = len(body.columns)
    estimator = last_step(getattr(job.model, "native", None))
    found = linear(body, job.output, covariance(estimator, columns))
    size = np.ones(len(found.values))
    if job.params["per"] == "deviation":
        size = _deviations(job, found)
    unit = f"change of {UNITS.get(str(body.margin_scale), 'the answer')}"
    unit += " per unit, or for having the level" if job.params["per"] == "unit" else " per standard deviation"
    return Importance(
        found.terms,
        found.values * size,
        unit,
        job.label,
        spread=None if found.spread is None else found.spread * size,
        signed=True,
        checks=(_again(job, body, found), _compare(job)),
    )


def _deviations(job: Job, found: Weights) -> Array:
    """Standard deviation of each number; 1 for levels, which one has or has not."""
    sizes = []
    for source, number in zip(found.sources, found.numbers, strict=True):
        feature = job.table.schema.features[source]
        sizes.append(float(np.nanstd(ordered_values(job.table.frame[feature.name], feature))) if number else 1.0)
    return np.array(sizes)


def _again(job: Job, body: Portable, found: Weights) -> Check:
    """The weights, put together by hand for some rows, must give the model's own margin."""
    frame = job.table.rows(np.arange(min(50, len(job.table))))
    frame = frame[frame.notna().all(axis=1)]
    if not len(frame):
        return Check("predicted again", None, None, "Every row has a gap: the weights could not be put together again.")
    if job.model.margin_scale is None and body.margin_scale == "score":
        return _chosen(job, body, frame)
    total, reached = _total(job, body, found, frame), _margin(job, body, frame)
    gap = float(np.abs(total - reached).max())
    passed = gap <= 1e-6 * max(1.0, float(np.abs(reached).max()))
    text = f"Put together by hand for {len(frame)} rows, the weights give the model's own answer (gap {gap:.1g})."
    if not passed:
        text = f"Put together by hand the weights miss the model's own answer by up to {gap:.2g}: read as approximate."
    return Check(
        "predicted again", passed, gap, f"{text} Where nothing applies it starts from {words.number(found.base)}."
    )


def _total(job: Job, body: Portable, found: Weights, frame: pd.DataFrame) -> Array:
    """What the weights add up to for rows without gaps, term by term."""
    total = np.full(len(frame), found.base)
    for term, source, number, weight in zip(found.terms, found.sources, found.numbers, found.values, strict=True):
        name = body.features[source]
        if number:
            total += weight * ordered_values(frame[name], job.table.schema.features[source])
        elif not term.endswith(" is missing"):
            total += weight * np.array([f"{name} = {words.cell(cell)}" == term for cell in frame[name]], dtype=float)
    return total


def _chosen(job: Job, body: Portable, frame: pd.DataFrame) -> Check:
    """Of a classifier that names a class only: the class of the highest score by hand must be the one it names."""
    scores = [_total(job, body, linear(body, place), frame) for place in range(len(job.model.classes))]
    same = np.argmax(scores, axis=0) == job.model.predict(frame).argmax(axis=1)
    missed = int((~same).sum())
    text = f"Put together by hand for {len(frame)} rows, the weights choose the model's own class in {same.sum()}."
    return Check("predicted again", missed == 0, float(missed), text)


def _margin(job: Job, body: Portable, frame: Any) -> Array:
    """The model's own sum for the class in question."""
    if job.model.margin_scale is None:
        return job.predict(frame)
    margin = job.model.margin(frame)
    if margin.shape[1] > 1:
        return np.asarray(margin[:, job.output])
    return np.asarray(-margin[:, 0] if body.link == "logistic" and job.output == 0 else margin[:, 0])


def _compare(job: Job) -> Check:
    """What may be compared."""
    if job.params["per"] == "unit":
        return Check("units", None, None, "Per unit: to compare features with each other choose the deviation.")
    return Check("units", None, None, "Per standard deviation of this table's columns; levels: for having them.")


def _shares(values: Array, trees: Array | None) -> Check:
    """How concentrated they are, and how many trees there are."""
    top = float(np.sort(values)[::-1][:3].sum() / values.sum()) if values.sum() > 0 else 0.0
    text = f"The three largest hold {words.percent(min(1.0, top))}."
    text += f" The whiskers are the deviation over {len(trees):,} trees." if trees is not None else ""
    return Check("share", None, top, f"{text} Measured in training, on the training rows.")
