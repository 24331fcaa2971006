"""What the methods of fairness ask alike: which rows, in which groups, from which cutoffs on."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from core.errors import InputError, unknown_name
from core.groups import Groups, eligible, grouped, usual
from core.params import split_names
from core.registry import Job
from core.truth import weighed_rows
from core.types import Array, Param, Table

GROUPS = (
    Param(
        "protected", "text", "", "Column that groups the rows, or several with commas; empty: found by name.",
        expert=False,
    ),
    Param("privileged", "text", "", "Group that the others are compared with; empty: the largest.", expert=False),
)  # fmt: skip  # a table of settings
LIMITS = (
    Param("epsilon", "float", 0.8, "Ratios from this to 1 divided by it are within bounds.", low=0.01, high=0.99),
    Param("min_rows", "int", 20, "Rows that a ratio rests on at least to be judged.", low=1, high=100_000),
    Param("bins", "int", 4, "Parts of a column of numbers, of about as many rows each.", low=2, high=10),
    Param("bounds", "text", "", "Where a column of numbers is cut instead, for example 25, 60."),
    Param("where", "text", "", "Only rows where, for example: age > 50; job = cook; income is missing."),
    Param("rows", "int", 10_000, "Rows used, drawn with the seed.", low=2, high=1_000_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows with a known truth in groups, the first the one compared with.

    Attributes
    ----------
    rows : ndarray of int, shape (n_rows,)
    known : ndarray, shape (n_rows,)
    weights : ndarray, shape (n_rows,), or None
    groups : Groups
    why : str
        How the column came to be chosen.
    """

    rows: np.ndarray
    known: Array
    weights: Array | None
    groups: Groups
    why: str


def split_rows(job: Job) -> Split:
    """The rows that a method of this kind uses, in groups."""
    rows, known, weights = weighed_rows(job)
    asked = columns(job.table, str(job.params["protected"]))
    name, why = usual(job.table)
    bounds = _numbers(str(job.params["bounds"]))
    found = grouped(job.table, asked or (name,), rows, int(job.params["bins"]), bounds)
    return Split(rows, known, weights, _first(found, str(job.params.get("privileged", ""))), "" if asked else why)


def columns(table: Table, text: str) -> tuple[str, ...]:
    """The columns that a setting names: one, or several with commas; none where nobody chose."""
    listed = [text] if text in eligible(table) else split_names(text)
    return tuple(name.strip() for name in listed if name.strip())


def _numbers(text: str) -> list[float]:
    """Numbers with commas or semicolons between them."""
    try:
        return [float(part) for part in text.replace(";", ",").split(",") if part.strip()]
    except ValueError:
        raise InputError(f"{text[:60]!r} are no bounds.", "They are numbers.", "Write for example: 25, 60.") from None


def _first(found: Groups, wanted: str) -> Groups:
    """The same groups with the wanted one first, or the largest."""
    wanted = wanted or found.names[int(found.counts.argmax())]
    if wanted not in found.names:
        raise unknown_name("group", wanted, found.names)
    order = [found.names.index(wanted), *(at for at, name in enumerate(found.names) if name != wanted)]
    return Groups(found.columns, tuple(found.names[at] for at in order), np.argsort(order)[found.codes])


def own_cutoffs(job: Job, groups: Groups) -> Array:
    """The cutoff of each group, shape (n_groups,)."""
    cutoffs = np.full(len(groups.names), float(job.params["cutoff"]))
    for name, text in pairs(str(job.params["cutoffs"])).items():
        if name not in groups.names:
            raise unknown_name("group", name, groups.names)
        with suppress(ValueError, TypeError):
            if 0 <= float(text) <= 1:
                cutoffs[groups.names.index(name)] = float(text)
                continue
        raise InputError(
            f"{str(text)[:40]!r} is no cutoff.", "A cutoff is a number from 0 to 1.", "Write: group = 0.4."
        )
    return cutoffs


def pairs(text: str) -> dict[str, str]:
    """``group = cutoff; …``, or a JSON object where a group's name holds such signs itself."""
    if text.startswith("{"):
        with suppress(ValueError):
            found = json.loads(text)
            return {str(name): str(value) for name, value in found.items()}
    parts = [part.rpartition("=") for part in text.split(";") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in parts}
