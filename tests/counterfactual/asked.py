"""A question for nudges, without the limits that a table suggests."""

from __future__ import annotations

from core.params import resolve
from core.registry import Job, get


def job_of(model, table, row, **params):
    return Job(model, table, row, 1, resolve(get("nudges"), {"defaults": False, **params}, table))
