"""How strongly features act together: the H statistic of Friedman and Popescu, of pairs and of single features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.blocks import ask_blocks
from core.registry import Told, unheard
from core.types import Array

Predict = Callable[[pd.DataFrame], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """One feature alone, at the n sampled points.

    Attributes
    ----------
    own : ndarray, shape (n,)
        Centred partial dependence at each point's own value.
    rest : ndarray, shape (n,)
        Centred partial dependence of all other features at each point.
    moved : float
        Standard deviation of the answers as the feature moves and the rest stays, root mean square over the rows.
    """

    own: Array
    rest: Array
    moved: float


@dataclass(frozen=True, slots=True)
class Strength:
    """An interaction: ``share`` is H, 0 to 1 (and beyond by noise); ``size`` its root mean square in output units."""

    share: float
    size: float


def single(predict: Predict, frame: pd.DataFrame, name: str, progress: Told = unheard) -> Single:
    """Every row at every row's value of one feature.

    Parameters
    ----------
    predict : callable
        Frame -> answers, shape (n_rows,).
    frame : DataFrame, shape (n, n_features)
    name : str
    progress : callable
        Called with the fraction done.
    """
    answers = _answers(predict, frame, [name], progress)
    return Single(
        _centred(answers.mean(axis=1)), _centred(answers.mean(axis=0)), float(np.sqrt(answers.var(axis=0).mean()))
    )


def pair(
    predict: Predict,
    frame: pd.DataFrame,
    names: Sequence[str],
    first: Single,
    second: Single,
    progress: Told = unheard,
) -> Strength:
    """The interaction of two features.

    References
    ----------
    J. Friedman and B. Popescu, 2008, doi:10.1214/07-AOAS148, equation 44.
    """
    both = _centred(_answers(predict, frame, names, progress).mean(axis=1))
    return _strength(both - first.own - second.own, both)


def overall(said: Array, found: Single) -> Strength:
    """The interaction of one feature with all others together (equation 45).

    Parameters
    ----------
    said : ndarray, shape (n,)
        The answers at the points themselves.
    """
    whole = _centred(said)
    return _strength(whole - found.own - found.rest, whole)


def _strength(left: Array, whole: Array) -> Strength:
    """H and its size; 0 where nothing moves at all."""
    power, total = float((left**2).mean()), float((whole**2).mean())
    floor = 1e-20 * max(1.0, total)
    return Strength(float(np.sqrt(power / total)) if total > floor and power > 0 else 0.0, float(np.sqrt(power)))


def _answers(predict: Predict, frame: pd.DataFrame, names: Sequence[str], progress: Told) -> Array:
    """Answers of shape (n_points, n_rows): every row with each point's values of some features."""
    known = list(frame.columns)
    columns = [known.index(name) for name in names]
    moves = [dict.fromkeys(columns, np.array([point])) for point in range(len(frame))]
    return np.concatenate([block for _, block in ask_blocks(predict, frame, len(frame), moves, progress)])


def _centred(values: Array) -> Array:
    """Values without their mean."""
    return np.asarray(values - values.mean())
