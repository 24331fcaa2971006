"""Break Down: walk from the average prediction to this one, fixing one feature (or pair) after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.registry import Job, Told, method
from core.results import Attribution, Check
from core.shapley.answer import explained
from core.shapley.composed import network_game
from core.shapley.effects import TreeGame, tree_game
from core.shapley.game import coalition_values, game, told
from core.sums import ROUNDING
from core.types import Array, Param, Scale
from core.views import words

MOST_PAIRS = 30
"""Features up to which all pairs are looked at."""
Step = tuple[int, ...]
Worth = Callable[[npt.NDArray[np.bool_], Told | None], Array]
"""Mean outputs of coalitions, shape (n_coalitions,); who waits is told the fraction done."""

ABOUT = """
**What it is.** Start from the average prediction. Put this row's value of one feature into every background row and
see how far the average moves: that is the first bar. Keep it, fix the next feature, and so on until every value is
this row's own; the last average is the prediction itself, so the bars add up.

**Formula.** With the order $1, …, p$: bar $i$ is $v(\\{1..i\\}) - v(\\{1..i-1\\})$, where $v(S)$ is the mean prediction
over the background with the features in $S$ fixed to this row's values. With interactions, a pair becomes one step
when what the two do together, beyond what each does alone, outweighs what each does alone.

**Cost.** One prediction a background row for each feature, to find the order, and again for each step; with
interactions also for each pair.

**When it misleads.** The order decides: where features interact, the one that comes first takes more or less than its
share. Try another order, or SHAP, which averages over all orders. Fixing one feature alone can make rows that do not
exist when features move together.

**Where ours differs.** The automatic order takes the largest *absolute* effect first; the first published program used
the signed one.

**Source.** M. Staniak and P. Biecek, 2018, [doi:10.32614/RJ-2018-072](https://doi.org/10.32614/RJ-2018-072);
A. Gosiewska and P. Biecek, 2019, [arXiv:1903.11420](https://arxiv.org/abs/1903.11420).
"""
PARAMS = (
    Param("interactions", "bool", False, "Let two features that act together be one step.", expert=False),
    Param("order", "features", (), "Features in the order you want; empty: the largest effect first."),
    Param("preference", "float", 1.0, "How much a pair must outweigh its features (1 = equal).", low=0, high=100),
    Param(
        "scale",
        "choice",
        "auto",
        "Units of the bars: the prediction's own, or the additive scale under it (log-odds).",
        choices=("auto", "probability", "log-odds"),
    ),
    Param("background", "int", 500, "Rows that the average is taken over.", low=1, high=100_000),
    Param("seed", "int", 0, "Fixes which rows are the background.", low=0, high=2**31 - 1),
)


@dataclass(frozen=True, slots=True, eq=False)
class _Effects:
    """What single features and pairs do on their own, in output units."""

    base: float
    single: Array
    pair: dict[tuple[int, int], float]


@method(
    id="break_down",
    title="Break Down",
    question="How does the average prediction become this one, step by step?",
    version="2",
    scope="row",
    kind="attribution",
    params=PARAMS,
    order=30,
    about=ABOUT,
)
def explain(job: Job) -> Attribution:
    """Walk one path and report each step."""
    number = explained(job, str(job.params["scale"]))
    background = job.table.background(int(job.params["background"]), int(job.params["seed"]))
    instance = job.instance
    played = game(number.of, instance, background)
    trees = tree_game(job, number.scale, 1 + played.players + len(_pairs(job, range(played.players))))
    output = float(number.of(instance)[0])
    network = network_game(job, number.scale, instance, background, output) if trees is None else None

    def worth(masks: npt.NDArray[np.bool_], tell: Told | None = None) -> Array:
        return coalition_values(played, masks, tell) if network is None else network.worth(masks, tell)

    def backwards(masks: npt.NDArray[np.bool_], _silent: object) -> Array:
        return worth(masks, job.stretch("asking the steps backwards", 0.8, 0.2))

    steps = _order(job, worth, trees)
    draws = np.full((played.background, len(steps) + 1), output)  # with every feature fixed, each row is the instance
    walk = replace(played, of=told(played.of, job.stretch("asking step by step", 0.6, 0.2), 1))
    draws[:, :-1] = walk.ask_coalitions(_walked(steps, played.players)[:-1]).T
    means = np.append(draws[:, :-1].mean(axis=0), output)
    values = np.diff(means)
    names = job.model.features
    cells = [None if pd.isna(cell) else cell for cell in instance.iloc[0].tolist()]
    return Attribution(
        tuple(" × ".join(names[at] for at in step) for step in steps),
        values,
        tuple(cells[step[0]] if len(step) == 1 else ", ".join(words.cell(cells[at]) for at in step) for step in steps),
        float(means[0]),
        float(means[-1]),
        number.scale,
        job.label,
        draws=draws[:, 1:],
        steps=True,
        checks=(
            _order_check(means, steps, backwards, trees, names, number.scale),
            *_pairs_check(job, len(names)),
            *(form.check for form in (trees, network) if form is not None),
        ),
    )


def _walked(steps: Sequence[Step], features: int) -> npt.NDArray[np.bool_]:
    """The features that are fixed before the first step and after each, shape (n_steps + 1, n_features)."""
    fixed = np.zeros((len(steps) + 1, features), dtype=bool)
    for place, step in enumerate(steps):
        fixed[place + 1 :, list(step)] = True
    return fixed


def _order(job: Job, worth: Worth, trees: TreeGame | None) -> list[Step]:
    """The steps in order: as given, or by size with pairs where they are wanted."""
    names = job.model.features
    wanted = tuple(job.params["order"])
    if len(set(wanted)) != len(wanted):
        raise InputError("The order names a feature twice.", ", ".join(wanted), "Name each feature once.")
    first = [names.index(name) for name in wanted]
    rest = [at for at in range(len(names)) if at not in first]
    pairs = _pairs(job, range(len(names)))
    chosen = range(len(names)) if pairs else rest
    effects = _read(trees, pairs) if trees else _effects(job, worth, chosen, pairs)
    steps: list[Step] = [(at,) for at in first]
    return steps + _ranked(effects, rest, float(job.params["preference"]))


def _pairs(job: Job, features: Sequence[int]) -> list[tuple[int, int]]:
    """All pairs, where they are wanted and not too many."""
    return list(combinations(features, 2)) if job.params["interactions"] and len(features) <= MOST_PAIRS else []


def _pairs_check(job: Job, features: int) -> tuple[Check, ...]:
    """Say where pairs were wanted and not looked at."""
    if not job.params["interactions"] or features <= MOST_PAIRS:
        return ()
    text = f"Pairs are looked at up to {MOST_PAIRS} features; with {features} every step is one feature."
    return (Check("pairs", False, float(features), text),)


def _read(trees: TreeGame, pairs: Sequence[tuple[int, int]]) -> _Effects:
    """Every single feature and every pair, from the trees."""
    base, single, extra = trees.single_and_pairs()
    return _Effects(base, single, {pair: float(extra[pair]) for pair in pairs})


def _effects(job: Job, worth: Worth, chosen: Sequence[int], pairs: Sequence[tuple[int, int]]) -> _Effects:
    """Ask for every single feature, and every pair, at once."""
    sets: list[Step] = [(), *((at,) for at in chosen), *pairs]
    masks = np.zeros((len(sets), len(job.model.features)), dtype=bool)
    for row, members in enumerate(sets):
        masks[row, list(members)] = True
    found = worth(masks, job.stretch("asking for features and pairs", share=0.6))
    single = np.zeros(masks.shape[1])
    single[list(chosen)] = found[1 : 1 + len(chosen)] - found[0]
    together = found[1 + len(chosen) :] - found[0]
    joint = {pair: float(value - single[list(pair)].sum()) for pair, value in zip(pairs, together, strict=True)}
    return _Effects(float(found[0]), single, joint)


def _ranked(effects: _Effects, rest: Sequence[int], preference: float) -> list[Step]:
    """Largest first; a pair stands for its features when its extra effect is the larger one."""
    candidates: list[tuple[float, Step]] = [(abs(float(effects.single[at])), (at,)) for at in rest]
    candidates += [
        (abs(extra) * preference, pair) for pair, extra in effects.pair.items() if set(pair) <= set(rest) and extra
    ]
    candidates.sort(key=lambda entry: (-entry[0], len(entry[1]), entry[1]))
    steps: list[Step] = []
    used: set[int] = set()
    for _, step in candidates:
        if not used & set(step):
            steps.append(step)
            used |= set(step)
    return steps


def _order_check(
    means: Array, steps: list[Step], worth: Worth, trees: TreeGame | None, names: Sequence[str], scale: Scale
) -> Check:
    """How much the order matters: walk the same steps backwards and compare; both walks begin and end alike."""
    values, turned = np.diff(means), steps[::-1]
    middle = worth(_walked(turned, len(names))[1:-1], None) if trees is None else trees.along(turned)[1:-1]
    backwards = np.diff(np.concatenate([means[:1], middle, means[-1:]]))[::-1]
    gaps = np.abs(backwards - values)
    worst = int(np.argmax(gaps))
    size = max(float(np.abs(values).sum()), ROUNDING * float(np.abs(means).max()), np.finfo(np.float64).tiny)
    share = float(gaps[worst] / size)
    name = " × ".join(names[at] for at in steps[worst])
    if share < 0.05:
        return Check("order", True, share, "The order hardly matters here: walked backwards, the bars stay the same.")
    ways = (words.amount(float(way[worst]), scale) for way in (backwards, values))
    text = f"The order matters: walked backwards, '{name}' gets {' instead of '.join(ways)}."
    return Check("order", None, share, text)
