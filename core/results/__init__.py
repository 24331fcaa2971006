"""The answers: one frozen value per result kind, each with its provenance and its own checks.

A kind is a dataclass registered in ``KINDS``. It needs one view in ``core/views`` and one export in ``core/export``;
a test fails until both exist. Arrays are read-only from construction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.results.aspects import Aspects
from core.results.attribution import Attribution
from core.results.attributions import Attributions
from core.results.base import Check, Prediction, Provenance, Result, freeze_arrays
from core.results.distribution import Distribution
from core.results.fairness import Fairness
from core.results.importance import Importance
from core.results.matrix import Matrix
from core.results.nudges import Change, Nudge, Nudges
from core.results.points import Points
from core.results.profile import Profile
from core.results.scores import Curve, Score, Scores
from core.results.subsets import Part, Subset, Subsets
from core.results.surrogate import Surrogate, TreeNode
from core.results.together import Together
from core.results.trials import Span, Trial, Trials

KINDS: dict[str, type[Any]] = {
    cls.kind: cls
    for cls in (
        Attribution,
        Profile,
        Nudges,
        Importance,
        Scores,
        Points,
        Attributions,
        Distribution,
        Matrix,
        Subsets,
        Fairness,
        Aspects,
        Surrogate,
        Together,
        Trials,
    )
}
"""Every kind of answer by its id."""
PARTS: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Check, Provenance, Change, Nudge, Part, Score, Curve, Subset, TreeNode, Span, Trial)
}
"""Dataclasses that answers are made of."""


def same(first: Result, second: Result) -> bool:
    """Compare two results exactly, their cost apart: what is cached need not be asked again."""
    from core.codec import encode

    def plain(result: Result) -> Any:
        if result.provenance is None:
            return encode(result)
        return encode(replace(result, provenance=replace(result.provenance, evaluations=0, seconds=0.0)))  # type: ignore[type-var]

    return bool(plain(first) == plain(second))


__all__ = [
    "KINDS",
    "PARTS",
    "Aspects",
    "Attribution",
    "Attributions",
    "Change",
    "Check",
    "Curve",
    "Distribution",
    "Fairness",
    "Importance",
    "Matrix",
    "Nudge",
    "Nudges",
    "Part",
    "Points",
    "Prediction",
    "Profile",
    "Provenance",
    "Result",
    "Score",
    "Scores",
    "Span",
    "Subset",
    "Subsets",
    "Surrogate",
    "Together",
    "TreeNode",
    "Trial",
    "Trials",
    "freeze_arrays",
    "same",
]
