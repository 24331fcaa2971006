"""Why there is no nudge: the constraint that binds, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints, Held, build, relaxed
from core.counterfactual.oracle import Found


def reason(
    code: Coder,
    constraints: Constraints,
    search: Callable[[Constraints], list[Found]],
    held: Held,
    proved: bool,
    reachable: bool,
) -> str:
    """Say why no answer was found.

    Parameters
    ----------
    search : callable
        Searches under other constraints.
    held : callable
        What features hold together in the table.
    proved : bool
        The search was complete.
    reachable : bool
        Some real row reaches the goal.
    """
    head = (
        "No allowed change reaches the goal (proved)."
        if proved
        else "No allowed change that was tried reaches the goal."
    )
    wishes = [wish for wish in constraints.wishes if wish.kind != "weight"]
    binding = [wish.words for wish in wishes if search(relaxed(constraints, code, wish, held))]
    if binding:
        rest = "it" if len(binding) == 1 else "any one of these"
        return f"{head} What binds: {_listed(binding)}. Without {rest} there is an answer."
    if wishes and search(build(code, constraints.origin, (), held)):
        return f"{head} Several constraints bind together: {_listed([wish.words for wish in wishes])}."
    if np.isnan(constraints.origin).any():
        missing = [
            feature.name for feature, cell in zip(code.features, constraints.origin, strict=True) if np.isnan(cell)
        ]
        every = [feature.name for feature in code.features]
        if search(build(code, constraints.origin, constraints.wishes, held, every)):
            return f"{head} What binds: missing cells stay missing ({_listed(missing)})."
    if reachable:
        return f"{head} Rows of the table reach it, but none by changes that are allowed here."
    return f"{head} No row of the table reaches it either: it may lie outside what the model ever answers."


def _listed(parts: list[str]) -> str:
    """Parts joined as in a sentence."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
