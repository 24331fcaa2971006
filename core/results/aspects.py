"""Features in groups by how far they go together, and what single ones and groups count for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Aspects:
    """A dendrogram of the features, cut at a height, with a number for each group.

    Attributes
    ----------
    features : tuple of str, length p
    merges : ndarray, shape (p - 1, 3)
        Two nodes and the height (1 - association) at which they join; node ``i < p`` is a feature, node ``p + k`` what
        merge ``k`` makes.
    height : float
        Where the dendrogram is cut: nodes that join up to it are one group.
    groups : tuple of int
        The nodes that are groups at this height, in the order of the dendrogram.
    values : ndarray, shape (n_groups,)
    spread : ndarray, shape (n_groups,), or None
        Deviation over the rounds, or standard error.
    nodes : ndarray, shape (2 p - 1,)
        The number of each node when the features are cut at its own height; NaN where it was not computed.
    unit : str
        Of an importance; empty for an attribution.
    label : str
    scale : Scale
    base, output : float or None
        Of an attribution: ``base + values.sum() == output``.
    data : tuple
        The instance's values, of an attribution.
    """

    kind: ClassVar[str] = "aspects"
    features: tuple[str, ...]
    merges: Array
    height: float
    groups: tuple[int, ...]
    values: Array
    nodes: Array
    unit: str
    label: str
    scale: Scale
    spread: Array | None = None
    base: float | None = None
    output: float | None = None
    data: tuple[Any, ...] = ()
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
