"""Hostile files of a sixth reading: exceptions for honest files, taken by what is none; patterns whose flags decide.

See ``hostile.py``. A request for metadata may name the estimator that holds it, and nothing else may. A pattern of words
may look at a long cell again and again only for the flags of the whole, or of a part of it. An array may have lines
without end that hold nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer

from core.loading.unpickle import states
from tests.security.hostile import Case

PATTERNS = {
    "line-end": r"\s*.",
    "small-part": r"(?i:A)*(?:ab|a)++",
    "narrow-part": r"\w*(?a:\w)",
    "narrow": r"(?a)[^\w]*\w",
    "lines": r"(?m)^\s*\w+",
    "lines-other": r"(?m)^[^a]*b",
    "large-part": r"(?i)(?-i:a)*\d",
}
"""Each takes seconds for a cell of 20,000 letters that is made for it."""
X = np.random.default_rng(0).normal(size=(20, 3))


def cases(_marker: Path) -> Iterator[Case]:
    """Every case; none has a payload."""
    for name, model in circles():
        yield f"turned-circle-{name}.pkl", pickle.dumps(model)
    for name, model in hollow():
        yield f"turned-hollow-{name}.pkl", pickle.dumps(model)
    for name, pattern in PATTERNS.items():
        for kind in (CountVectorizer, HashingVectorizer):
            model = kind(token_pattern=r"\w+").fit(["a text of words"])
            model.token_pattern = pattern
            yield f"turned-pattern-{name}-{kind.__name__[:4].lower()}.pkl", pickle.dumps(model)


def circles() -> Iterator[tuple[str, Any]]:
    """Models that hold themselves under the name that the reader has for what a request names."""
    for place in ("param_grid", "best_params_", "cv_results_"):
        for label, key in (("own", states._OWNER), ("words", "whose request it is"), ("tail", f"a{states._OWNER}")):
            search = GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}, cv=2).fit(X, X[:, 0])
            setattr(search, place, {key: search})
            yield f"{place}-{label}", search
    step = FunctionTransformer(np.exp).fit(X)
    step.kw_args = {states._OWNER: [step]}
    yield "step", step
    model = Ridge().fit(X, X[:, 0])
    model.owner = model  # of a model, not of a request
    yield "owner", model


def hollow() -> Iterator[tuple[str, Any]]:
    """Arrays of billions of lines with no number in any: they take no bytes of the file."""
    for label, kind in (("numbers", "f8"), ("texts", "S3"), ("objects", "O")):
        for place in ("classes_", "feature_names_in_", "coef_"):
            model = Ridge().fit(X, X[:, 0])
            setattr(model, place, np.zeros((1 << 30, 0), dtype=kind))
            yield f"{label}-{place.strip('_')}", model
    yield "beside", {"model": Ridge().fit(X, X[:, 0]), "features": np.zeros((30_000_000, 0))}
