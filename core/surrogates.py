"""Simple models that mimic a whole one: a small tree, or a straight line."""

from __future__ import annotations

from core.results import Surrogate


def layout(result: Surrogate) -> list[tuple[float, float]]:
    """Where each node of a surrogate tree stands: leaves side by side, parents above the middle of their children.

    Returns
    -------
    list of (float, float)
        Horizontal place in leaves, and depth, per node.
    """
    children: list[list[int]] = [[] for _ in result.nodes]
    depth = [0] * len(result.nodes)
    for at, node in enumerate(result.nodes):
        if node.parent >= 0:
            children[node.parent].append(at)
            depth[at] = depth[node.parent] + 1
    across = [0.0] * len(result.nodes)
    free = 0

    def place(at: int) -> float:
        """Place a node's branch and return its own place."""
        nonlocal free
        if children[at]:
            across[at] = sum(place(child) for child in children[at]) / len(children[at])
        else:
            across[at] = float(free)
            free += 1
        return across[at]

    if result.nodes:
        place(0)
    return [(across[at], float(depth[at])) for at in range(len(result.nodes))]
