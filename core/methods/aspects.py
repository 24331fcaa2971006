"""Groups of features that go together, and how much the model relies on each when they are shuffled jointly."""

from __future__ import annotations

from core import row_weights
from core.aspects import MOST, Ints, cut, dependence, members, merged
from core.aspects_checks import additivity_of_groups, close_check
from core.losses import LOSS, loss_for, the
from core.methods.permutation_importance import SHUFFLED, fit_check
from core.permutation import Measure, Shuffled, shuffle
from core.registry import Job, method
from core.results import Aspects
from core.shapley.answer import own_scale
from core.store import Store
from core.truth import unknown, weighed_rows
from core.types import Array, Model, Param, Table
from core.views.aspects import named

ABOUT = """
**What it is.** Features that tell nearly the same share their credit, and each alone looks unimportant. So they are put
together by how far they go together, as a dendrogram; a cut at a height makes groups (aspects). The features of a group
are shuffled jointly: what the model loses then is the group's importance. The bars show single features, the numbers in
the dendrogram what each branch counts for as one group (a *triplot*).

**Formula.** Distance of two features: 1 − the size of their association (Spearman's correlation, the correlation ratio
of ranks, or Cramér's V by their kinds). Groups join at the largest distance of any of their features (complete
linkage): within a group cut at $h$, every two features have an association of at least $1 - h$. Importance of a group
$G$: $L(y, f(X^{(G)})) - L(y, f(X))$ with the columns of $G$ shuffled by the same order, the mean of the rounds.

**Cost.** One prediction per row, round and branch: nearly twice that of all features alone. Another height costs
nothing.

**When it misleads.** An association sees two features at a time, and of numbers only what rises or falls throughout. A
group's importance is not the sum of its features': less where they act alone, more where they cover for each other. The
groups are the data's, not the model's. Shuffling a group still makes rows that do not exist where groups go together.

**Where ours differs.** dalex measures a number and levels by a Kruskal-Wallis statistic and corrects Cramér's V; the
associations here are those of the page Data.

**Source.** K. Pękala, K. Woźnica and P. Biecek, *Triplot*, 2021, [arXiv:2104.03403](https://arxiv.org/abs/2104.03403);
D. Defays, 1977, [doi:10.1093/comjnl/20.4.364](https://doi.org/10.1093/comjnl/20.4.364) (complete linkage).
"""
HEIGHT = Param(
    "height",
    "float",
    0.5,
    "Features whose association is at least 1 minus this are one group: 0 keeps all apart, 1 makes one of all.",
    low=0,
    high=1,
    expert=False,
)
PARAMS = (
    HEIGHT,
    LOSS,
    Param("rounds", "int", 5, "How often each group is shuffled.", low=1, high=100),
    Param("rows", "int", 1_000, "Rows used, drawn with the seed.", low=2, high=100_000),
    Param("seed", "int", 0, "Fixes the rows and every shuffle.", low=0, high=2**31 - 1),
)
_STORE = Store({"shuffled": 8})


def too_few_or_many(model: Model, table: Table) -> str | None:
    """Two to sixty features, on some rows."""
    count = len(model.features)
    if count < 2:
        return "It takes two features to go together."
    if count > MOST:
        return f"{count} features are too many to draw: up to {MOST} are compared pair by pair."
    return "Fewer than three rows say nothing of what goes together." if len(table) < 3 else None


@method(
    id="aspects",
    title="Aspects",
    question="What does the model rely on where features say alike?",
    version="1",
    scope="model",
    kind="aspects",
    params=PARAMS,
    order=215,
    cost="seconds",
    about=ABOUT,
    unsupported=lambda model, table: too_few_or_many(model, table) or unknown(model, table),
)
def explain(job: Job) -> Aspects:
    """Shuffle every branch of the dendrogram once; the height picks among them."""
    together = dependence(job.table, int(job.params["seed"]))
    merges, names = merged(together), job.model.features
    held, groups = members(merges), cut(merges, float(job.params["height"]))
    rows, known, weights = weighed_rows(job)
    loss = loss_for(job.model.task, str(job.params["loss"]))
    branches = {str(at): [names[feature] for feature in held[at]] for at in range(len(held))}
    job.progress(0.0, "shuffling groups")
    found = _shuffled(job, rows, lambda blocks: loss.of(blocks, known, weights), branches)
    rounds = found.rounds - found.full
    nodes = rounds.mean(axis=1)
    return Aspects(
        features=names,
        merges=merges,
        height=float(job.params["height"]),
        groups=groups,
        values=nodes[list(groups)],
        nodes=nodes,
        unit=f"rise of {the(loss.title)}",
        label=job.label,
        scale=own_scale(job.model),
        spread=_deviation(rounds, groups),
        checks=(
            close_check(together, [held[at] for at in groups], names),
            fit_check(found, loss.title, len(rows)),
            *additivity_of_groups(nodes, groups, held, named(names, held)),
            *row_weights.check(job.table, rows, SHUFFLED),
        ),
    )


def _shuffled(job: Job, rows: Ints, measure: Measure, branches: dict[str, list[str]]) -> Shuffled:
    """Losses with every branch shuffled, found once for all heights."""
    settings = [job.params[name] for name in job.params if name != "height"]
    key = "|".join(map(str, [job.model.fingerprint, job.table.fingerprint, *settings]))
    found: Shuffled = _STORE.get(
        "shuffled",
        key,
        lambda: shuffle(
            job.model.predict,
            job.table.rows(rows),
            measure,
            branches,
            rounds=int(job.params["rounds"]),
            seed=int(job.params["seed"]),
            progress=job.stretch("shuffling groups"),
        ),
    )
    return found


def _deviation(rounds: Array, groups: tuple[int, ...]) -> Array | None:
    """Deviation over the rounds, where there are several."""
    return rounds[list(groups)].std(axis=1, ddof=1) if rounds.shape[1] > 1 else None
