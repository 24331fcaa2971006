"""A table of numbers, and the words that a match says, for the tests of both halves of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.loading.match import Match


def numbers(rows: int = 60) -> pd.DataFrame:
    """Three columns of numbers."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(rows, 3)).round(3), columns=["income", "age", "debt"])


def said(found: Match) -> str:
    """Everything that is said about a match."""
    return " ".join(found.notes)
