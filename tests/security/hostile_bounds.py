"""Hostile files of a seventh reading: found with memory of which each piece ends at a page that may not be read.

See ``hostile.py``. Each loaded, and compiled code read a little behind an array, which crashes only now and then.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scipy import sparse as sp
from sklearn import svm

from tests.security.hostile import Case
from tests.security.hostile_passed import LABELS, TARGET, X, lying


def cases(_marker: Path) -> Iterator[Case]:
    """Every case; none has a payload."""
    for name, model in machines():
        yield f"bounds-{name}.pkl", pickle.dumps(model)


def machines() -> Iterator[tuple[str, Any]]:
    """Support vectors of one class: no place is made for their weights."""
    kinds = ((svm.SVR, TARGET), (svm.OneClassSVM, None), (svm.SVC, LABELS), (svm.NuSVR, TARGET))
    for rows, form in ((X, "dense"), (sp.csr_matrix(X), "sparse")):
        for kind, answers in kinds:
            made = kind().fit(rows, answers)
            yield f"one-class-{form}-{kind.__name__}", lying(made, _n_support=made._n_support[:1])
