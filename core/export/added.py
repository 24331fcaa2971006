"""What a file says of itself is no check: sums of an opened answer, added up again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.engine import additivity
from core.results import Aspects, Attribution, Attributions, Check, Matrix, Together
from core.sums import of_cells, of_groups, of_rows

NAME = "additivity"
UNSEEN = Check(
    NAME, None, None, "Whether this adds up was checked where it was computed; what it adds up to is not in the file."
)


def added_up(result: Any) -> Any:
    """An answer with its sums added up again, whatever its own checks say of them.

    Parameters
    ----------
    result : Result

    Raises
    ------
    ComputeError
        If an attribution is not a number.
    """
    if isinstance(result, Together):
        return replace(result, results=tuple(added_up(one) for one in result.results))
    if isinstance(result, Attribution):
        also = tuple(_with(other, additivity(other)) for other in result.also)
        return replace(_with(result, additivity(result)), also=also)
    claims = any(check.name == NAME for check in result.checks)
    if isinstance(result, Attributions) and claims:  # those of many local models claim no sum
        return _with(result, of_rows(result.base, result.values, result.outputs))
    if isinstance(result, Aspects) and result.base is not None and result.output is not None:
        return _with(result, of_groups(result.base, result.values, result.output))
    if isinstance(result, Matrix) and result.total is not None:
        return _with(result, of_cells(result.values, result.total))
    return _with(result, UNSEEN) if claims else result


def _with(result: Any, again: Check) -> Any:
    """The answer with this check in the place of its own."""
    if all(check.name != NAME for check in result.checks):
        return replace(result, checks=(again, *result.checks))
    return replace(result, checks=tuple(again if check.name == NAME else check for check in result.checks))
