"""SHAP interaction values of one row: what each feature does alone, and what pairs do together."""

from __future__ import annotations

import numpy as np

from core.registry import Job, method
from core.results import Check, Matrix
from core.shapley import exact, pairs
from core.shapley.answer import SCALE, background, explained
from core.shapley.game import coalition_values, game
from core.sums import ROUNDING, of_cells
from core.types import Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** SHAP gives each feature its share of the prediction. Part of a share is the feature's own doing; part
comes about only together with another feature, and is split in halves between the two. The diagonal shows what each
feature does on its own, the other cells the halves of each pair. A row adds up to the feature's SHAP value, all cells
add up to the prediction minus the baseline.

**Formula.** For a pair, $\\phi_{ij} = \\sum_{S} \\frac{|S|!\\,(p-|S|-2)!}{2\\,(p-1)!}\\,[v(S+i+j) - v(S+i) - v(S+j) +
v(S)]$ over the sets $S$ of other features; $v(S)$ is the mean output over the background with the features in $S$
fixed to this row's values. The diagonal is what is left of $\\phi_i$.

**Cost.** All $2^p$ sets against every background row, so at most 12 features.

**When it misleads.** An interaction is one of the *model on this scale*: features that only add up in log-odds interact
in probability. Mixtures of this row and background rows can be rows that do not exist.

**Where ours differs.** Exact for any model and any background; the shap package gives zero for every pair of a tree
model when a background is set.

**Source.** S. Lundberg et al., 2020, [doi:10.1038/s42256-019-0138-9](https://doi.org/10.1038/s42256-019-0138-9);
M. Grabisch and M. Roubens, 1999, [doi:10.1007/s001820050125](https://doi.org/10.1007/s001820050125).
"""
PARAMS = (
    SCALE,
    Param("background", "int", 50, "Rows that stand for 'feature unknown'.", low=1, high=10_000),
    Param("seed", "int", 0, "Fixes the background.", low=0, high=2**31 - 1),
)


def _unsupported(model: Model, _table: Table) -> str | None:
    """Two to twelve features."""
    count = len(model.features)
    if count < 2:
        return "It takes two features to act together."
    return None if count <= exact.MOST else f"All sets of {count} features are too many; up to {exact.MOST} are asked."


@method(
    id="shap_interactions",
    title="SHAP interactions",
    question="Which features push only together?",
    version="1",
    scope="row",
    kind="matrix",
    params=PARAMS,
    order=35,
    cost="seconds",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Matrix:
    """Ask every coalition once and weigh pairs."""
    number = explained(job, str(job.params["scale"]))
    played = game(number.of, job.instance, background(job))
    worth = coalition_values(played, exact.coalitions(played.players), job.stretch("asking the model"))
    found = pairs.interactions(worth)
    names = job.model.features
    return Matrix(
        names,
        names,
        found,
        "feature",
        "together with",
        f"contribution to {words.named(words.outcome(job.label, job.table.target), 40)} ({number.scale})",
        True,
        total=float(worth[-1] - worth[0]),
        checks=_checks(found, worth, names, played.background),
    )


def _checks(found: np.ndarray, worth: np.ndarray, names: tuple[str, ...], rows: int) -> tuple[Check, ...]:
    """Whether all cells add up, and how much pairs matter."""
    level = float(np.abs(worth).max())
    size = max(float(np.abs(found).sum()), ROUNDING * level, np.finfo(np.float64).tiny)
    sums = of_cells(found, float(worth[-1] - worth[0]), level)
    apart = found - np.diag(np.diag(found))
    share = float(np.abs(apart).sum() / size)
    i, j = np.unravel_index(int(np.argmax(np.abs(apart))), apart.shape)
    text = f"{share:.0%} of all pushes are made in pairs"
    if share > 0:
        text += f"; most by '{names[i]}' and '{names[j]}' ({2 * apart[i, j]:+.3g} together)"
    asked = f"Exact: all {len(worth):,} sets of features, against {rows:,} background rows."
    return sums, Check("pairs", None, share, f"{text}."), Check("algorithm", None, None, asked)
