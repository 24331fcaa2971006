"""The search as a method: asked by its id, in this process or in an upload's worker; no panel of any page."""

from __future__ import annotations

from core import training
from core.losses import listed
from core.registry import Job, method
from core.results.trials import Trials
from core.truth import unknown
from core.tuning.search import WAYS, search
from core.types import Model, Param, Table

ABOUT = r"""
**What it is.** A model has settings that are not learnt from rows: how deep a tree may grow, how much large weights
cost. Tuning trains the same kind of model again and again with other settings and keeps the best.
*Grid* tries every combination. *Random* draws them, which finds good values sooner when only some settings matter.
*Bayesian* looks at what was found so far and tries next what promises most.

**How a candidate is judged.** The rows are cut into $k$ parts. A candidate is trained on all parts but one and judged
on that one, each in turn: the score is $\bar L = \frac1k \sum_{i=1}^k L(y_i, f_{-i}(X_i))$, the same parts for all.

**When it misleads.** The best of many trials was chosen *because* its score is low, so part of that is luck, the more
the more trials: its cross-validated score is too good to be true. That is why some rows are kept apart from the whole
search; of the best candidate's scores only that one is honest. A difference to the model's own settings counts as clear
above $2\,s_d\sqrt{\frac1k+\frac{1}{k-1}}$, with the deviation $s_d$ of the differences over the folds (folds share
rows, so $s_d/\sqrt k$ would be too small). And where rows that belong together (the same person, neighbouring days)
are in different folds, every score looks better than it will be.

**Cost.** One training a candidate and part, and of the best one more.

**Bayesian search.** A Gaussian process with mean $\mu$ and deviation $\sigma$ over the settings is fitted to the
losses; the next candidate has the largest expected improvement
$\sigma\,[z\,\Phi(z)+\varphi(z)]$ with $z=(L_{\min}-\mu)/\sigma$.

**Sources.** J. Bergstra, Y. Bengio, 2012, *Random search for hyper-parameter optimization* (JMLR 13);
D. R. Jones et al., 1998, [doi:10.1023/A:1008306431147](https://doi.org/10.1023/A:1008306431147);
G. C. Cawley, N. L. C. Talbot, 2010, *On over-fitting in model selection* (JMLR 11);
C. Nadeau, Y. Bengio, 2003, [doi:10.1023/A:1024068626366](https://doi.org/10.1023/A:1024068626366).
"""
LONGEST = 540
"""Seconds of one search: a worker answers within ten minutes or is ended."""
PARAMS = (
    Param("way", "choice", "random", "How candidates are found.", choices=WAYS, expert=False),
    Param("trials", "int", 20, "How many candidates are tried (a grid tries all of its points).", 1, 500, expert=False),
    Param("points", "int", 4, "Values along each range (grid).", 1, 50, expert=False),
    Param("folds", "int", 5, "Parts of the rows, each kept apart once.", 2, 20, expert=False),
    Param(
        "holdout",
        "float",
        0.2,
        "Share of the rows that no candidate sees; the best is judged on it.",
        0,
        0.5,
        (),
        False,
    ),
    Param("seed", "int", 0, "Fixes the rows, folds, candidates and training.", 0, 2**31 - 1, expert=False),
    Param("loss", "text", "auto", f"What counts as worse, or auto. Of {listed()}."),
    Param("space", "text", "", "What may be tried: max_depth=2..8; C=0.1..10 log; kernel=rbf|linear. Empty: proposed."),
    Param("rows", "int", 5_000, "Rows used, drawn with the seed.", 10, 100_000),
    Param("seconds", "int", 300, "The search ends with what it has found after so long.", 1, LONGEST),
)


def _unsupported(model: Model, table: Table) -> str | None:
    """Training again needs an estimator and the truth."""
    return training.refusal(model) or unknown(model, table, least=20)


@method(
    id="tune",
    title="Tuning",
    question="Would other settings make this model better?",
    version="1",
    scope="training",
    kind="trials",
    params=PARAMS,
    order=300,
    cost="minutes",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Trials:
    """Search for better settings."""
    return search(job)
