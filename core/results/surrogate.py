"""A simple model that mimics the whole one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array, Scale


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One node of a surrogate tree.

    Attributes
    ----------
    rule : str
        The condition that leads here from the parent (``"age <= 40"``), empty at the root.
    value : float
        Mean output of the rows here, in the surrogate's scale.
    rows : int
    parent : int
        Position of the parent, -1 for the root.
    feature : str
        What the node asks next; empty for a leaf.
    """

    rule: str
    value: float
    rows: int
    parent: int
    feature: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A tree or a linear model fitted to the model's own predictions.

    Attributes
    ----------
    form : {"tree", "linear"}
    nodes : tuple of TreeNode
        Parents before children; empty for a linear form.
    features : tuple of str
        Terms of the linear form; features used, for a tree.
    weights : ndarray, shape (n_terms,)
        Linear weights, or the tree's importances.
    base : float
        Intercept, or the root's mean.
    fidelity : float
        R2 to the model's predictions on rows kept apart.
    """

    kind: ClassVar[str] = "surrogate"
    form: str
    nodes: tuple[TreeNode, ...]
    features: tuple[str, ...]
    weights: Array
    base: float
    fidelity: float
    scale: Scale
    label: str
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
        if any(node.parent >= at or (node.parent < 0) != (at == 0) for at, node in enumerate(self.nodes)):
            raise ValueError("a node of a tree stands before its parent")  # ways up to the root would have no end
