"""How much memory the plain form of a model takes once it is read: told from its JSON, before anything is built."""

from __future__ import annotations

from typing import Any

_NODE, _VALUE = 60, 8
"""Bytes of a node without its values, and of a value: in memory each node has one for every output."""
_WIDER = 6
"""Bytes in memory of one letter of packed numbers: a byte of base64 holds three quarters of a whole number of eight."""
_OBJECT = 60
"""Bytes of a number or an empty list."""


def taken(data: Any) -> int:
    """Bytes that ``from_json`` would need, at most.

    Parameters
    ----------
    data : object
        What ``to_json`` wrote, or anything else that JSON can hold.

    Returns
    -------
    int
        Zero for None.
    """
    total, pending = 0, [data]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            nodes = _nodes(item)
            total += nodes
            pending += [item.get("categories")] if nodes else item.values()
        elif isinstance(item, list):
            pending += item
        total += _WIDER * len(item) if isinstance(item, str) else _OBJECT * (item is not None)
    return total


def _nodes(item: dict[str, Any]) -> int:
    """Bytes of the nodes that an object announces, where it is a forest."""
    nodes, base = item.get("nodes"), item.get("base")
    if type(nodes) is not int or not isinstance(base, list):
        return 0
    return max(0, nodes) * (_NODE + _VALUE * len(base))
