"""State by which an honest class would compute for ever: patterns of words that backtrack, kernels of kernels.

Whatever else takes too long is ended by the worker's limits; these are cheap to tell beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from core.loading.unpickle.inert import Refused
from core.loading.unpickle.patterns import is_endless

MAX_PATTERN, MAX_KERNELS = 1_000, 2_000


def pattern(model: Any) -> None:
    """A pattern of words that finds no end in a text made for it."""
    held = vars(model)["token_pattern"]
    if held is None:
        return
    if not isinstance(held, str) or len(held) > MAX_PATTERN:
        raise _endless(model)
    try:
        endless = is_endless(held)
    except (re.error, RecursionError, OverflowError) as error:
        raise _endless(model) from error
    if endless:
        raise _endless(model)


def kernels(model: Any) -> None:
    """A kernel of a Gaussian process that holds others, and those the same again, doubles at each level."""
    pending, count = [vars(model).get("kernel_"), vars(model).get("kernel")], 0
    while pending:
        item = pending.pop()
        if not type(item).__module__.startswith("sklearn.gaussian_process.kernels"):
            continue
        count += 1
        if count > MAX_KERNELS:
            raise _endless(model)
        for part in vars(item).values():
            pending.extend(part if isinstance(part, list | tuple) else [part])


def _endless(model: Any) -> Refused:
    """The refusal of what would not come to an end."""
    return Refused(f"its {type(model).__name__} would compute without end", type(model).__name__)


CHECKS: dict[str, Callable[[Any], None]] = {"token_pattern": pattern, "kernel_": kernels}
"""Attribute -> check of the object that has it."""
