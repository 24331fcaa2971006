"""Fixtures that many tests share: a model with a closed form, its table, and where the real data sets are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Several processes test at once: threads that wait for each other by running in circles would take the processors of all.
# Read when numpy and the boosters are loaded, so before that; what a test starts gets it, too.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from core import fingerprint
from core.errors import NotApplicable
from core.types import Array, Contributions, Feature, Scale, Schema, Table, Task

settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent
TOGETHER = "tests/portable"
"""A folder whose files ask the same 130 models: fitted by one process in 10 s, not by each."""


class ByFile(LoadFileScheduling):
    """Gives files to processes whole, and a folder whose files ask the same models as if it were one."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER + "/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """In place of ``--dist loadfile``."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("IE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip("the real data sets are not beside this checkout (set IE_SHARED_DATA)")
    return folder


@dataclass(frozen=True)
class LogisticModel:
    """p = 1 / (1 + exp(-(weights . x + bias))): everything about it is known in closed form."""

    weights: tuple[float, ...]
    bias: float
    features: tuple[str, ...]
    classes: tuple[str, ...] = ("no", "yes")
    task: Task = "binary"
    name: str = "logistic"
    family: str = "test"
    kind: str = "LogisticModel"
    margin_scale: Scale | None = "log-odds"

    @property
    def fingerprint(self) -> str:
        return fingerprint.of_params([self.weights, self.bias, self.features, self.task])

    def margin(self, frame: pd.DataFrame) -> Array:
        if self.margin_scale is None:
            raise NotApplicable("This model has no margin.")
        return (frame.to_numpy(dtype=np.float64) @ np.array(self.weights) + self.bias)[:, None]

    def predict(self, frame: pd.DataFrame) -> Array:
        score = frame.to_numpy(dtype=np.float64) @ np.array(self.weights) + self.bias
        if self.task == "regression":
            return score[:, None]
        chance = 1 / (1 + np.exp(-score))
        return np.column_stack([1 - chance, chance])

    def contributions(self, frame: pd.DataFrame) -> Contributions | None:
        return None

    def portable(self) -> None:
        return None


def closed_table(rows: int = 40, seed: int = 0) -> Table:
    """Three features (numeric, integer, boolean as 0/1) and a target, made from a seed."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": random.normal(50, 10, rows).round(1),
            "age": random.integers(18, 80, rows),
            "member": random.integers(0, 2, rows),
            "outcome": random.integers(0, 2, rows),
        }
    )
    features = []
    for name, kind, decimals in (("income", "numeric", 1), ("age", "integer", 0), ("member", "integer", 0)):
        column = frame[name]
        marks = tuple(float(value) for value in column.quantile([0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]))
        features.append(Feature(name, kind, marks[0], marks[-1], marks, decimals=decimals))
    schema = Schema(tuple(features))
    return Table(frame, schema, "outcome", None, "closed form", fingerprint.of_frame(frame))


@pytest.fixture
def logistic_table() -> Table:
    return closed_table()


@pytest.fixture
def logistic_model() -> LogisticModel:
    return LogisticModel((0.08, -0.03, 0.9), -2.5, ("income", "age", "member"))
