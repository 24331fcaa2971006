"""Tables, groups and fixed scores of the reference numbers of fairness; read by ``make_fairness.py`` and by tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class FairCase:
    """A table, a score of its rows by a formula, and groups.

    Attributes
    ----------
    file, target, positive : str
        ``positive``: the true class; empty where the target is a number.
    score : callable
        Frame -> probability, or a number, shape (n_rows,).
    features : tuple of str
        What the score takes.
    protected : str
        As ``core.explain`` takes it.
    groups : callable
        Frame -> group names, as ``core.groups`` calls them.
    privileged : str
    cutoffs : dict
        Cutoffs of groups other than 0.5.
    bounds : str
    """

    file: str
    target: str
    positive: str
    score: Callable[[pd.DataFrame], np.ndarray]
    features: tuple[str, ...]
    protected: str
    groups: Callable[[pd.DataFrame], np.ndarray]
    privileged: str
    cutoffs: dict[str, float]
    bounds: str = ""

    def table(self, folder: Path) -> pd.DataFrame:
        """The file."""
        return pd.read_csv(folder / self.file)

    def known(self, frame: pd.DataFrame) -> np.ndarray:
        """The truth as numbers."""
        if not self.positive:
            return frame[self.target].to_numpy(dtype=float)
        return (frame[self.target].astype(str) == self.positive).to_numpy(dtype=float)


def _chance(score: pd.Series) -> np.ndarray:
    return (1 / (1 + np.exp(-score))).to_numpy(dtype=float).round(6)


def _credit(frame: pd.DataFrame) -> np.ndarray:
    return _chance(1.6 - 0.045 * frame["duration"] - 0.00006 * frame["credit_amount"] + 0.02 * (frame["age"] - 30))


def _income(frame: pd.DataFrame) -> np.ndarray:
    score = 0.32 * (frame["education_num"] - 12) + 0.045 * (frame["age"] - 42) + 0.04 * (frame["hours_per_week"] - 45)
    return _chance(score + 0.0003 * frame["capital_gain"])


def _hours(frame: pd.DataFrame) -> np.ndarray:
    score = 38 + 0.6 * (frame["education_num"] - 10) - 0.02 * (frame["age"] - 40) ** 2 + 0.0002 * frame["capital_gain"]
    return score.to_numpy(dtype=float).round(4)


def _sex_and_age(frame: pd.DataFrame) -> np.ndarray:
    old = np.where(frame["age"] > 25, "age above 25", "age at most 25")
    return (frame["sex"] + ", " + old).to_numpy(dtype=str)


def _column(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda frame: frame[name].to_numpy(dtype=str)


_INCOME = ("education_num", "age", "hours_per_week", "capital_gain")
CASES = {
    "credit by sex and age": FairCase(
        "german_credit.csv", "risk", "1", _credit, ("duration", "credit_amount", "age"), "sex,age", _sex_and_age,
        "male, age above 25", {}, "25",
    ),
    "credit, one cutoff moved": FairCase(
        "german_credit.csv", "risk", "1", _credit, ("duration", "credit_amount", "age"), "sex", _column("sex"),
        "male", {"female": 0.4},
    ),
    "income by race": FairCase(
        "adult_10k.csv", "income", ">50K", _income, _INCOME, "race", _column("race"), "White", {},
    ),
    "income by sex": FairCase(
        "adult_10k.csv", "income", ">50K", _income, _INCOME, "sex", _column("sex"), "Male", {},
    ),
    "hours by sex": FairCase(
        "adult_10k.csv", "hours_per_week", "", _hours, ("education_num", "age", "capital_gain"), "sex",
        _column("sex"), "Male", {},
    ),
    "hours by race": FairCase(
        "adult_10k.csv", "hours_per_week", "", _hours, ("education_num", "age", "capital_gain"), "race",
        _column("race"), "White", {},
    ),
}  # fmt: skip  # a table of cases
