"""A simple model that mimics the whole one: a small tree or a straight line, and how far it can be believed."""

from __future__ import annotations

import numpy as np

from core.asking import in_parts
from core.registry import Job, method
from core.results import Check, Surrogate
from core.surrogates import Term, encoded, fidelity, medians, nodes, terms, units
from core.types import Array, Model, Param, Table
from core.views import words

KEPT = 0.25
"""Share of the rows kept apart to measure the fidelity."""
FIRM = 0.7
PURE = 1e-12
"""Share of all differences that a question must explain: less is rounding."""
ABOUT = """
**What it is.** A small tree (or a straight line) is fitted not to the truth but to the *model's own answers*. If it
repeats them well, its rules are a summary of what the model does.

**Formula.** Fidelity is $R^2 = 1 - \\sum(f - g)^2 / \\sum(f - \\bar f)^2$ between the model's answers $f$ and the
simple one's $g$, on a quarter of the rows that the simple one has not seen. Tree: least squares, to the depth asked.
Line: ridge regression on standardized columns; a weight is the change of the answer for one standard deviation, or
for having that level.

**Cost.** One prediction a row.

**When it misleads.** With a low fidelity it describes something that the model is not. A tree that looks different on
other rows can be as faithful: its first question is not "the" most important feature. It summarizes the model, not the
world. Levels are taken as they are, each a yes or no; a missing number counts as the median, and being missing as a
column of its own.

**Where ours differs.** For classes dalex fits a tree to the answers rounded to yes or no, and judges it on the rows
that it was fitted to; here it is the chance itself, and rows kept apart. dalex fails on columns of text.

**Source.** M. Craven and J. Shavlik, *Extracting tree-structured representations of trained networks*, NIPS 1995;
R. Guidotti and others, *A survey of methods for explaining black box models*, ACM Computing Surveys 51(5), 2018,
[doi:10.1145/3236009](https://doi.org/10.1145/3236009).
"""
PARAMS = (
    Param(
        "form",
        "choice",
        "tree",
        "A small tree, or a straight line.",
        choices=("tree", "linear"),
        expert=False,
    ),
    Param("depth", "int", 3, "Questions asked at most, one after the other (tree).", low=1, high=8, expert=False),
    Param("only", "features", (), "These features only; empty: all."),
    Param("rows", "int", 2_000, "Rows used, drawn with the seed.", low=8, high=200_000),
    Param("seed", "int", 0, "Fixes which rows, and which are kept apart.", low=0, high=2**31 - 1),
)


def _unsupported(_model: Model, table: Table) -> str | None:
    """A quarter of the rows is kept apart."""
    return "Fewer than eight rows cannot show whether a simple model is faithful." if len(table) < 8 else None


@method(
    id="surrogate",
    title="Surrogate model",
    question="Could a simple rule say the same?",
    version="2",
    scope="model",
    kind="surrogate",
    params=PARAMS,
    order=240,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Surrogate:
    """Fit a simple model to the model's answers."""
    seed = int(job.params["seed"])
    frame = job.table.background(int(job.params["rows"]), seed)
    said = in_parts(job, frame, until=0.5)[:, job.output]
    job.progress(0.5, "fitting a simple model")
    features = [job.table.schema[name] for name in (job.params["only"] or job.model.features)]
    apart = np.zeros(len(frame), dtype=bool)
    apart[np.random.default_rng(seed).permutation(len(frame))[: max(2, int(KEPT * len(frame)))]] = True
    known = frame[~apart]
    columns, fill = terms(known, features), medians(known, features)
    x = encoded(frame, columns, fill)
    fit = _tree if job.params["form"] == "tree" else _line
    return fit(job, x, said, apart, columns)


def _tree(job: Job, x: Array, said: Array, apart: np.ndarray, columns: list[Term]) -> Surrogate:
    """A regression tree of the answers."""
    from sklearn.tree import DecisionTreeRegressor

    least = max(2, int(0.01 * (~apart).sum()))
    fitted = DecisionTreeRegressor(
        max_depth=int(job.params["depth"]), min_samples_leaf=least, min_impurity_decrease=PURE, random_state=0
    )
    mean, spread = units(said[~apart])
    fitted.fit(x[~apart], (said[~apart] - mean) / spread)
    mimicked = mean + spread * fitted.predict(x)
    weights = fitted.feature_importances_
    used = [at for at in np.argsort(-weights, kind="stable") if weights[at] > 0]
    return Surrogate(
        form="tree",
        nodes=nodes(fitted, columns, mean, spread),
        features=tuple(columns[at].name for at in used),
        weights=np.asarray(weights[used], dtype=np.float64),
        base=float(said[~apart].mean()),
        fidelity=fidelity(said[apart], mimicked[apart]),
        scale="target" if job.model.task == "regression" else "probability",
        label=job.label,
        checks=_checks(said, apart, mimicked),
    )


def _line(job: Job, x: Array, said: Array, apart: np.ndarray, columns: list[Term]) -> Surrogate:
    """A ridge regression of the answers on standardized numbers and plain levels."""
    from sklearn.linear_model import Ridge

    spread = x[~apart].std(axis=0)
    size = np.array(
        [spread[at] if term.feature.is_ordered and not term.gap else 1.0 for at, term in enumerate(columns)]
    )
    scaled = (x - x[~apart].mean(axis=0)) / np.where(size > 0, size, 1.0)
    fitted = Ridge(alpha=1.0).fit(scaled[~apart], said[~apart])
    mimicked = fitted.predict(scaled)
    return Surrogate(
        form="linear",
        nodes=(),
        features=tuple(term.name for term in columns),
        weights=np.asarray(fitted.coef_, dtype=np.float64),
        base=float(fitted.intercept_),
        fidelity=fidelity(said[apart], mimicked[apart]),
        scale="target" if job.model.task == "regression" else "probability",
        label=job.label,
        checks=_checks(said, apart, mimicked),
    )


def _checks(said: Array, apart: np.ndarray, mimicked: Array) -> tuple[Check, ...]:
    """How faithful it is on rows that it has not seen, and on those that it has."""
    unseen, seen = fidelity(said[apart], mimicked[apart]), fidelity(said[~apart], mimicked[~apart])
    firm = unseen >= FIRM
    verdict = "its rules describe the model well" if firm else "it is too simple: its rules are not the model's"
    if not firm and seen >= FIRM:
        verdict = "it fits the rows that it was made from, and not others: ask fewer questions, or take more rows"
    text = f"On {int(apart.sum()):,} rows kept apart it repeats {_share(unseen)} of the model's differences: {verdict}."
    other = f"On the {int((~apart).sum()):,} rows that it was fitted to: {_share(seen)}."
    return Check("fidelity", firm, unseen, text), Check("fit", None, seen, other)


def _share(value: float) -> str:
    """A fidelity in words."""
    return words.percent(max(0.0, min(1.0, value)))
