"""A session of a few answers, for tests of its file."""

from __future__ import annotations

from typing import Any

from core.engine import explain_rows
from core.export.session import Session, session
from tests.contract_cases import case


def made(name: str = "xgboost with missing values", rows: tuple[int, ...] = (3, 5), **params: Any) -> Session:
    model, table = case(name)
    return session(explain_rows("shap", model, table, list(rows), **params), model, table)
