"""What coalitions of features are worth against a background, composed from a network's first weighted sum.

Setting features of a background row to the instance's values moves the first sum by what each of them gives, so the
sums of all coalitions are one product of who is in with what each gives; only the layers behind are run for every row.
They run as ``core.network_curves`` runs them: in single precision, some rows at a time, where that is close enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import network_curves
from core.network_curves import DOUBLE, SINGLE, Curves, Tail
from core.portable.evaluate import encode
from core.portable.layers import rows_at_once, run
from core.registry import Job, Told
from core.results import Check
from core.shapley.answer import own_scale
from core.types import Array, Scale

Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkGame:
    """An instance against a background, in the units of the model's own prediction.

    Attributes
    ----------
    curves : Curves
        Of the background.
    own : ndarray, shape (n_columns,)
        The instance, encoded.
    columns : ndarray of int
        Encoded columns in which some background row differs from it, and that the network reads.
    output : int
    check : Check
        How closely the model is repeated.
    """

    curves: Curves
    own: Array
    columns: Ints
    output: int
    check: Check

    def worth(self, masks: Masks, progress: Told | None = None) -> Array:
        """Mean output over the background.

        Parameters
        ----------
        masks : ndarray of bool, shape (n_coalitions, n_features)
            True where the instance's value is used.
        progress : callable, optional
            Called with the fraction done.

        Returns
        -------
        ndarray, shape (n_coalitions,)

        Raises
        ------
        ModelError
            If the network gives no number for some of these rows.
        """
        total, done = np.zeros(len(masks)), 0
        for outputs in self.outputs(masks):
            total += outputs.sum(axis=1)
            done += outputs.shape[1]
            if progress is not None:
                progress(done / len(self.curves.first))
        return total / done

    def outputs(self, masks: Masks) -> Iterator[Array]:
        """The same for each background row, some rows at a time, shape (n_coalitions, n_rows)."""
        inside = masks[:, self.curves.net.portable.sources[self.columns]]
        every = np.hstack([np.ones((len(masks), 1)), inside])
        rows, width = self.curves.first.shape
        step = max(1, rows_at_once(width, self.curves.net.tails[0].kind) // max(1, len(every)))
        for low in range(0, rows, step):
            ask = partial(self._sums, every=every, some=slice(low, low + step))
            yield self.curves.answers(ask)[:, :, self.output]

    def _sums(self, tail: Tail, every: Array, some: slice) -> Array:
        """The network's last sums of all coalitions on some background rows, shape (n_coalitions, n_rows, n_sums)."""
        weights, every = tail.weights[self.columns], every.astype(tail.kind)
        moved = (self.own - self.curves.encoded[some])[:, self.columns].T.astype(tail.kind)
        given = np.empty((every.shape[1], moved.shape[1], weights.shape[1]), dtype=tail.kind)
        given[0] = self.curves.first[some]
        np.multiply(moved[:, :, None], weights[:, None, :], out=given[1:])
        rows, width = given.shape[1:]
        given, sums = given.reshape(len(given), -1), np.empty((len(every), rows, tail.network.width))
        step = max(1, rows_at_once(width, tail.kind) // rows)
        for at in range(0, len(every), step):
            first = every[at : at + step] @ given
            sums[at : at + step] = run(tail.network, first.reshape(-1, width), spent=True).reshape(-1, *sums.shape[1:])
        return sums


def network_game(
    job: Job, scale: Scale, instance: pd.DataFrame, background: pd.DataFrame, output: float, *, precise: bool = False
) -> NetworkGame | None:
    """An instance against a background.

    Parameters
    ----------
    job : Job
    scale : Scale
        Units that are wanted.
    instance : DataFrame, shape (1, n_features)
    background : DataFrame, shape (n_background, n_features)
        What ``core.shapley.answer.background`` makes of the params.
    output : float
        The model's own prediction of the instance.
    precise : bool
        In double precision only.

    Returns
    -------
    NetworkGame or None
        None where the model is no network that converts and repeats it, where ``scale`` is not its prediction's own, or
        the background is too large.
    """
    if scale != own_scale(job.model):
        return None
    names = ("background", "seed", "reference", "clusters")
    asked = "|".join(str(job.params[name]) for name in names if name in job.params)
    known = network_curves.curves(job, background, 1, asked)
    if known is None:
        return None
    own = encode(known.net.portable, instance)
    if not np.isfinite(own).all():
        return None  # the model itself says what is wrong with it
    differs = (known.encoded != own).any(axis=0) & known.net.weights.any(axis=1)
    if precise:
        known = replace(known, net=replace(known.net, tails=known.net.tails[-1:]))
    return _close(NetworkGame(known, own[0], np.flatnonzero(differs), job.output, known.check), output, precise)


def _close(found: NetworkGame, output: float, precise: bool) -> NetworkGame | None:
    """The same in the first precision in which every background row, all its features set, becomes the instance.

    Numbers far from zero lose more digits on the way than those rows did on which the network was compared.
    """
    net = found.curves.net
    ends = np.repeat([[False], [True]], len(net.portable.features), axis=1)
    for place, tail in enumerate(net.tails):
        tried = replace(found, curves=replace(found.curves, net=replace(net, tails=net.tails[place:])))
        before, after = np.concatenate(list(tried.outputs(ends)), axis=1)
        away = float(np.abs(after - output).max() / max(1e-12, np.abs(before).max(), abs(output)))
        if away <= (DOUBLE if precise else SINGLE):
            how = "single" if tail.kind == np.float32 else "double"
            text = (
                f"Sets of features are asked of the network's own weights in {how} precision, which make this row's "
                f"prediction of every background row (difference {away:.1g} of the largest prediction)."
            )
            return replace(tried, check=Check("same model", True, away, text))
    return None
