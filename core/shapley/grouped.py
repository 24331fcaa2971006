"""Trees that ask several features at once: each such group is a player of its own, whose value its features share.

CatBoost's statistics of combined categories are answers about several columns together (``joint`` layers in front of
the trees). CatBoost's own ShapValues give such a group's value to its categories alone, also where a border of a number
is part of the group; here every feature that the answer depends on takes an equal part. ``core/assets/attribute.js``
does the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from core.portable import Column, Network, Portable
from core.portable.layers import run
from core.types import Array


class Explainer(Protocol):
    """What explains trees whose columns each belong to one player."""

    @property
    def base(self) -> float:
        """Value of the empty coalition."""

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Attributions, shape (n_rows, n_players), and the sums, shape (n_rows,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Trees behind joint tables.

    Attributes
    ----------
    portable : Portable
        The trees alone; its features are the players, every own feature first, and its columns belong to them.
    front : Network
        Makes what the trees are given of the encoded columns.
    share : ndarray, shape (n_players, n_features)
        The part that each feature has of each player's value.
    """

    portable: Portable
    front: Network
    share: Array


def grouped(portable: Portable) -> Grouped | None:
    """Take a model apart into joint tables and trees; None for any other form."""
    body = portable.body
    if not isinstance(body, Network) or len(body.layers) < 3:
        return None
    *tables, gather, last = body.layers
    plain = all(layer.op == "joint" and layer.inputs == (0,) for layer in tables)
    if not plain or gather.op != "concatenate" or gather.inputs != tuple(range(len(tables) + 1)) or last.trees is None:
        return None
    owners = [(source,) for source in portable.sources.tolist()]
    for layer in tables:
        sources = np.unique(portable.sources[list(layer.places)])
        owners += [tuple(sources.tolist())] * (0 if layer.biases is None else len(layer.biases))
    players = {(feature,): feature for feature in range(len(portable.features))}
    columns = tuple(Column(players.setdefault(owner, len(players)), "number") for owner in owners)
    share = np.zeros((len(players), len(portable.features)))
    for owner, player in players.items():
        share[player, list(owner)] = 1.0 / len(owner)
    names = tuple(" x ".join(portable.features[feature] for feature in owner) for owner in players)
    alone = replace(portable, features=names, columns=columns, body=last.trees)
    return Grouped(alone, Network((*tables, gather), len(columns)), share)


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """An explainer of the trees, for encoded rows of the model, by feature."""

    explainer: Explainer
    parts: Grouped

    @property
    def base(self) -> float:
        """Value of the empty coalition."""
        return self.explainer.base

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Attributions, shape (n_rows, n_features), and the ensemble's own sums, shape (n_rows,)."""
        values, sums = self.explainer.values(run(self.parts.front, encoded))
        return values @ self.parts.share, sums
