"""Nudges: the smallest believable changes of one row that reach a goal."""

from __future__ import annotations

from core.counterfactual.answer import answer
from core.registry import Job, method
from core.results import Nudges
from core.types import Param

ABOUT = """
**What it is.** A nudge is a changed copy of the row for which the model gives another answer: a *counterfactual*.
Nudges are sorted by how little they change, first in number of features, then in distance.

$$\\min_{x'} \\; \\left(\\#\\{j: x'_j \\neq x_j\\}, \\; d(x, x')\\right)
\\quad \\text{so that } f(x') \\text{ reaches the goal}$$

$d$ is the Gower distance: the mean over all features of |difference| / observed range, 0 or 1 for levels.

**How to read it.** Each nudge was predicted again by the model itself. Whole numbers stay whole, numbers keep the
data's precision and observed range, and only levels that exist are used. What you lock stays.

**When it misleads.** It speaks of the *model*, not of the world: getting the nudged income may change other things
too, or be out of reach. The smallest change lies just across the boundary, so read its robustness. A change far from
all real rows says little; the distance to the nearest real row is shown for that.

**How it is found.** Candidates are the values on either side of every split (trees) or observed values and levels. All
single changes and, for trees, all pairs are tried exactly; more changes by a beam, by walking back from the nearest
real rows that reach the goal, and by bisection. For tree ensembles a branch and bound over the split cells then proves
that nothing smaller exists, or says how small an answer could still be.

**Cost.** Hundreds to many thousands of predictions, in large calls; it ends when the answer is proved, or when the
seconds are over that it was given, and says which.

**Sources.** Wachter, Mittelstadt and Russell, *Counterfactual explanations without opening the black box*, 2018,
[arXiv:1711.00399](https://arxiv.org/abs/1711.00399). Gower, *A general coefficient of similarity*, 1971,
[doi:10.2307/2528823](https://doi.org/10.2307/2528823). Cui et al., *Optimal action extraction for random forests and
boosted trees*, 2015, [doi:10.1145/2783258.2783281](https://doi.org/10.1145/2783258.2783281).
"""

PARAMS = (
    Param("target", "text", None, "The class to reach; empty: any other class.", expert=False),
    Param("probability", "float", None, "Least probability of that class.", low=0, high=1, expert=False),
    Param("low", "float", None, "Least value to reach (the target's units, or a probability).", expert=False),
    Param("high", "float", None, "Largest value to reach.", expert=False),
    Param("change", "float", None, "Relative change in percent: -10 for at least 10 % lower.", expert=False),
    Param("locked", "features", (), "Features that have to stay.", expert=False),
    Param("directions", "text", "", "One way only: age:up; debt:down."),
    Param("ranges", "text", "", "Allowed ranges: income:0..60000; rate:..5."),
    Param("levels", "text", "", "Allowed levels: job:clerk|nurse."),
    Param("max_changes", "int", None, "Features that may change at most.", low=1, high=100, expert=False),
    Param("weights", "text", "", "Cost of changing a feature: income:2; age:0.5."),
    Param("ties", "text", "", "Features that move together, as real rows have them: weight+bmi; red+green+blue."),
    Param("missing", "features", (), "Features with gaps whose cell may be filled when missing, and emptied."),
    Param("defaults", "bool", True, "Keep what nobody can change: identifiers and births stay, an age only rises."),
    Param(
        "prefer",
        "choice",
        "fewest features",
        "What small means first.",
        choices=("fewest features", "smallest distance"),
    ),
    Param(
        "plausibility", "float", 0.0, "Towards real rows: 0 smallest, 1 most like them.", low=0, high=1, expert=False
    ),
    Param("robust", "bool", False, "Go on until it holds when rounded or missed by 1 %.", expert=False),
    Param("k", "int", 4, "Answers, on different features.", low=1, high=20, expert=False),
    Param("seed", "int", 0, "Of the sample of real rows.", low=0, high=2**31 - 1),
    Param("seconds", "float", 10.0, "Stop the search after this time.", low=0.1, high=600),
)


@method(
    id="nudges",
    title="Nudges (counterfactuals)",
    question="What is the smallest change that would change the answer?",
    version="2",
    scope="row",
    kind="nudges",
    order=30,
    cost="seconds",
    about=ABOUT,
    params=PARAMS,
)
def nudges(job: Job) -> Nudges:
    """Search the smallest changes that reach a goal.

    Parameters
    ----------
    job : Job
        ``params``: see ``PARAMS``.

    Returns
    -------
    Nudges
        At most ``k``, cheapest first, in probability or target units; empty with a reason when none exists.

    Raises
    ------
    InputError
        If the goal or a constraint does not fit the model or the table.

    References
    ----------
    .. [1] Wachter, Mittelstadt and Russell, 2018, arXiv:1711.00399
    .. [2] Cui, Chen, He and Chen, 2015, doi:10.1145/2783258.2783281
    """
    return answer(job)
