"""What groups of features that go together did to one prediction: Shapley values with the groups as players."""

from __future__ import annotations

import numpy as np

from core.aspects import PLAYERS, after, coarser, cut, dependence, grouped_game, members, merged, sampled, worths
from core.aspects_checks import close_check
from core.codec import plain
from core.methods.aspects import HEIGHT, too_few_or_many
from core.registry import Job, method
from core.results import Aspects, Check
from core.shapley.answer import SCALE, Explained, background, explained
from core.shapley.game import game
from core.store import Store
from core.sums import of_groups
from core.types import Array, Param

ABOUT = """
**What it is.** Features that tell nearly the same are put together (a dendrogram by how far they go together, cut at a
height), and the prediction is shared among these groups (aspects) instead of single features: a group takes all of its
values from this row or none. So no credit is split between features that say the same. The bars beside the dendrogram
show single features, its numbers what each branch counts for as one group (a *triplot*).

**Formula.** Shapley values $\\phi_G = \\sum_S \\frac{|S|!\\,(m-|S|-1)!}{m!}\\,[v(S + G) - v(S)]$ over the sets $S$ of
the other $m - 1$ groups; $v(S)$ is the mean output over the background rows with the features of the groups in $S$
fixed to this row's values. The values of the groups add up to the prediction minus the baseline, at every height.

**Cost.** Up to 11 groups: all $2^m$ sets against every background row, and every coarser grouping comes for free. More:
sampled orderings, with standard errors.

**When it misleads.** The groups are the data's, not the model's. A group of two opposite effects looks small: look at
its features. Mixtures of this row and background rows can still be rows that do not exist where groups go together.

**Where ours differs.** dalex fits a line to a few random mixtures (its values do not add up to the prediction), or
samples orderings; here the values are exact where there are few groups, and always add up.

**Source.** K. Pękala, K. Woźnica and P. Biecek, *Triplot*, 2021, [arXiv:2104.03403](https://arxiv.org/abs/2104.03403);
L. Shapley, 1953; G. Owen, 1977, [doi:10.1007/978-3-642-45494-3_7](https://doi.org/10.1007/978-3-642-45494-3_7).
"""
PARAMS = (
    HEIGHT,
    SCALE,
    Param("background", "int", 50, "Rows that stand for 'feature unknown'.", low=1, high=1_000),
    Param("samples", "int", 1_000, "Orderings where there are more than eleven groups.", low=2, high=100_000),
    Param("seed", "int", 0, "Fixes the background and the orderings.", low=0, high=2**31 - 1),
)
_STORE = Store({"worths": 64, "sampled": 64})


@method(
    id="aspect_attribution",
    title="Aspects",
    question="What pushed this prediction, where features say alike?",
    version="1",
    scope="row",
    kind="aspects",
    params=PARAMS,
    order=36,
    cost="seconds",
    about=ABOUT,
    unsupported=too_few_or_many,
)
def explain(job: Job) -> Aspects:
    """Share the output among the groups, and among every coarser grouping that is known then."""
    together = dependence(job.table, int(job.params["seed"]))
    merges, number = merged(together), explained(job, str(job.params["scale"]))
    held, groups = members(merges), cut(merges, float(job.params["height"]))
    worth = _worth(job, number, merges)
    nodes = _nodes(job, number, merges, worth)
    errors: Array | None = None
    if len(groups) <= PLAYERS:
        values = _shared(worth, merges, groups)
    else:
        values, errors = _sampled(job, number, [held[at] for at in groups])
    base, output = float(worth[0]), float(worth[-1])
    return Aspects(
        features=job.model.features,
        merges=merges,
        height=float(job.params["height"]),
        groups=groups,
        values=values,
        nodes=nodes,
        unit="",
        label=job.label,
        scale=number.scale,
        spread=errors,
        base=base,
        output=output,
        data=tuple(plain(job.instance[name].iloc[0]) for name in job.model.features),
        checks=(
            of_groups(base, values, output),
            close_check(together, [held[at] for at in groups], job.model.features),
            _algorithm(len(groups), job),
        ),
    )


def _key(job: Job, *more: object) -> str:
    """What one row's game depends on, the height apart."""
    kept = [job.params[name] for name in ("scale", "background", "seed")]
    return "|".join(map(str, (job.model.fingerprint, job.table.fingerprint, job.row, job.output, *kept, *more)))


def _worth(job: Job, number: Explained, merges: Array) -> Array:
    """Worth of every coalition of the finest grouping of at most eleven groups; asked once for all heights."""
    held, base = members(merges), finest(merges)

    def asked() -> Array:
        played = grouped_game(number.of, job.instance, background(job), [held[at] for at in base])
        return worths(played, job.stretch("asking the model", share=0.5))

    found: Array = _STORE.get("worths", _key(job), asked)
    return found


def finest(merges: Array) -> tuple[int, ...]:
    """The finest grouping of at most eleven groups."""
    return after(merges, max(0, len(merges) + 1 - PLAYERS))


def _shared(worth: Array, merges: Array, groups: tuple[int, ...]) -> Array:
    """Shapley values of a grouping that is as coarse as the finest one, or coarser."""
    held, base = members(merges), finest(merges)
    parts = [tuple(at for at, node in enumerate(base) if set(held[node]) <= set(held[group])) for group in groups]
    return coarser(worth, parts)


def _nodes(job: Job, number: Explained, merges: Array, worth: Array) -> Array:
    """Each branch's value when the features are cut at its own height; single features' with all apart."""
    count = len(merges) + 1
    found = np.full(2 * count - 1, np.nan)
    if count <= PLAYERS:
        apart = after(merges, 0)
        found[list(apart)] = _shared(worth, merges, apart)
    else:
        found[:count] = _sampled(job, number, None)[0]
    for step in range(max(1, count - PLAYERS), count):
        groups = after(merges, step)
        node = count + step - 1
        found[node] = _shared(worth, merges, groups)[groups.index(node)]
    return found


def _sampled(job: Job, number: Explained, groups: list[tuple[int, ...]] | None) -> tuple[Array, Array]:
    """Shapley values of many groups, or of all single features, by orderings."""

    def asked() -> tuple[Array, Array]:
        rows = background(job)
        played = (
            game(number.of, job.instance, rows)
            if groups is None
            else grouped_game(number.of, job.instance, rows, groups)
        )
        told = job.stretch("asking the model", 0.5 if groups is None else 0.75, 0.25)  # all single features come first
        return sampled(played, int(job.params["samples"]), int(job.params["seed"]), told)

    found: tuple[Array, Array] = _STORE.get("sampled", _key(job, job.params["samples"], groups), asked)
    return found


def _algorithm(count: int, job: Job) -> Check:
    """What was done, for people."""
    rows = min(int(job.params["background"]), len(job.table))
    if count <= PLAYERS:
        text = f"Exact: all {2**count:,} sets of {count} groups, against {rows:,} background rows."
    else:
        text = f"Sampled: orderings of {count} groups, against {rows:,} background rows; whiskers are standard errors."
    return Check("algorithm", None, None, text)
