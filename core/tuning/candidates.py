"""Which candidates are tried: all points of a grid, draws at random, or, one after another, the most promising."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core.errors import InputError
from core.results.trials import Span
from core.tuning import space as spaces
from core.types import Array

MOST = 1_000
"""Candidates of one search."""
FIRST = 6
"""Candidates that a Bayesian search draws at random before it has something to learn from."""
_POOL, _NEAR = 600, 200
"""Candidates that are compared for each trial: drawn, and beside the best."""

Tried = list[tuple[Mapping[str, Any], float]]


def grid(space: Sequence[Span], points: int) -> list[dict[str, Any]]:
    """Every combination, in the order of ``sklearn.model_selection.ParameterGrid``.

    Raises
    ------
    InputError
        If there are too many.
    """
    from sklearn.model_selection import ParameterGrid

    lists = {span.name: spaces.points(span, points) for span in space}
    count = len(ParameterGrid(lists))
    if count > MOST:
        raise InputError(
            f"This grid has {count:,} candidates.",
            f"{MOST:,} can be tried; {' × '.join(str(len(values)) for values in lists.values())} are more.",
            "Choose fewer settings or fewer points, or search at random.",
        )
    return [dict(one) for one in ParameterGrid(lists)]


def drawn(space: Sequence[Span], count: int, seed: int) -> list[dict[str, Any]]:
    """Draws at random, those of ``sklearn.model_selection.ParameterSampler``; no more than there are."""
    from sklearn.model_selection import ParameterSampler

    lists = {span.name: spaces.distribution(span) for span in space}
    if all(span.kind == "choice" for span in space):
        count = int(min(count, spaces.size(space)))
    return [{name: _plain(one[name]) for name in lists} for one in ParameterSampler(lists, count, random_state=seed)]


def _plain(value: Any) -> Any:
    """A drawn value in Python's own type."""
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


def promising(space: Sequence[Span], count: int, seed: int, tried: Tried) -> Iterator[dict[str, Any]]:
    """Candidates of a Bayesian search, each chosen by what is known of those before.

    Parameters
    ----------
    space : sequence of Span
    count : int
    seed : int
    tried : list of (params, loss)
        Filled by the caller as losses come in, the model's own settings included; a failure's loss is not a number.
    """
    start = list({_key(one): one for one in drawn(space, min(count, FIRST), seed)}.values())
    seen = {_key(one) for one in start}
    yield from start
    kernel: Any = None
    for turn in range(len(start), count):
        random = np.random.RandomState((seed + 7919 * turn) % 2**32)
        pool = [one for one in _pool(space, tried, random) if _key(one) not in seen]
        if not pool:
            return
        found, kernel = _improvement(space, tried, pool, kernel)
        best = pool[int(np.argmax(found))]
        seen.add(_key(best))
        yield best


def _key(one: Mapping[str, Any]) -> str:
    """What makes two candidates the same."""
    return repr(sorted((name, f"{value:.6g}" if isinstance(value, float) else value) for name, value in one.items()))


def _pool(space: Sequence[Span], tried: Tried, random: np.random.RandomState) -> list[dict[str, Any]]:
    """Candidates to choose from: all of a small space, else draws and neighbours of the best two so far."""
    if spaces.size(space) <= MOST:
        return grid([span if span.kind == "choice" else _listed(span) for span in space], 1)
    found = spaces.spread(space, _POOL, random)
    ranked = sorted((pair for pair in tried if np.isfinite(pair[1]) and _inside(space, pair[0])), key=lambda it: it[1])
    for params, _loss in ranked[:2]:
        for step in (0.03, 0.1):
            found += [
                {span.name: spaces.near(span, params[span.name], step, random) for span in space}
                for _ in range(_NEAR // 4)
            ]
    return found


def _listed(span: Span) -> Span:
    """A range of whole numbers as a choice."""
    return Span(span.name, "choice", choices=tuple(range(int(span.low or 0), int(span.high or 0) + 1)))


def _inside(space: Sequence[Span], params: Mapping[str, Any]) -> bool:
    """True where a candidate lies in the space: the model's own settings may not."""
    return all(_within(span, params.get(span.name)) for span in space)


def _within(span: Span, value: Any) -> bool:
    """True for a value of a range or choice."""
    if span.kind == "choice":
        return value in span.choices
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and (span.low or 0) <= value <= (span.high or 0)


def _improvement(
    space: Sequence[Span], tried: Tried, pool: Sequence[Mapping[str, Any]], kernel: Any
) -> tuple[Array, Any]:
    """Expected improvement of each candidate of the pool under a Gaussian process, shape (n_pool,), and its kernel.

    The kernel of the turn before is where this one's fit begins, which takes a quarter of the time.
    D. R. Jones, M. Schonlau, W. J. Welch, 1998, doi:10.1023/A:1008306431147.
    """
    from scipy.special import ndtr
    from sklearn.gaussian_process import GaussianProcessRegressor

    known = [(params, loss) for params, loss in tried if _inside(space, params)]
    losses = _tamed(np.array([loss for _params, loss in known]))
    where, there = spaces.coordinates(space, [params for params, _ in known]), spaces.coordinates(space, pool)
    if len(known) < 2 or not where.shape[1] or np.ptp(losses) == 0:
        return np.zeros(len(pool)), kernel  # nothing to learn from: the first of the pool, which was drawn at random
    process = GaussianProcessRegressor(kernel or _kernel(where.shape[1]), normalize_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length scale at its bound: fine here
        process.fit(where, losses)
        mean, deviation = process.predict(there, return_std=True)
    deviation = np.maximum(deviation, 1e-12)
    ahead = (losses.min() - mean) / deviation
    density = np.exp(-0.5 * ahead**2) / np.sqrt(2 * np.pi)
    found: Array = deviation * (ahead * ndtr(ahead) + density)
    return found, process.kernel_


def _kernel(width: int) -> Any:
    """Smooth along each setting by a length of its own, with noise."""
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    smooth = ConstantKernel(1.0, (0.05, 20)) * Matern(np.full(width, 0.5), (0.05, 10), nu=2.5)
    return smooth + WhiteKernel(1e-3, (1e-6, 0.3))


def _tamed(losses: Array) -> Array:
    """Losses with failures as bad as the worst, and with far outliers cut: one of them would flatten all else."""
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        return np.zeros(len(losses))
    low, high = np.quantile(finite, [0.25, 0.75])
    cap = max(high + 1.5 * (high - low), float(np.median(finite)))
    return np.asarray(np.minimum(np.nan_to_num(losses, nan=cap, posinf=cap), cap))
