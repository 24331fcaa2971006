"""Models of plain arrays, and one column: every method answers or says why not."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import core
from core import registry
from core.views import view
from core.workspace import Workspace

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(80, 3))
X[:4, 1] = np.nan
Y = (np.nan_to_num(X).sum(axis=1) > 0).astype(int)
FITTED = RandomForestClassifier(n_estimators=4, random_state=0).fit(X, Y)


@pytest.mark.parametrize("method", registry.methods(), ids=lambda method: method.id)
def test_every_method_answers_on_numpy_input_with_gaps(method: registry.Method) -> None:
    table = core.table(np.column_stack([X, Y]), target="column 4")
    model = core.model(FITTED)
    work = Workspace.of(model, table)
    reason = method.unsupported(work.model, work.table)
    if reason:
        pytest.skip(f"says why it does not apply: {reason}")
    assert view(core.explain(method.id, model, table, row=5)).sentence
