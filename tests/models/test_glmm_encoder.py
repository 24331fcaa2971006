"""An encoder whose own module needs statsmodels is read without it, and encodes as it was fitted."""

from __future__ import annotations

import pickle
from typing import Any

import category_encoders
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from core.loading import pickles
from core.models.glmm_encoder import GLMMEncoder

pytestmark = pytest.mark.filterwarnings("ignore:.future.no_silent_downcasting")  # of category_encoders with pandas 3
ROWS = pd.DataFrame({"size": ["S", "M", "L", "M"], "price": [1.0, 2.0, 3.0, 4.0]})
FOUND = {"size": pd.Series([0.5, -0.25, 0.125, 0.0, 0.0], index=[1, 2, 3, -1, -2])}
"""What each level adds, by the number that the encoder's own first step gives it; nothing for unknown ones and gaps."""


def _fitted(**settings: Any) -> Any:
    """One that was fitted, as its library writes it, with the library's name in place of ours."""
    made = category_encoders.TargetEncoder(cols=["size"]).fit(ROWS, [0, 1, 1, 0])
    state = {**vars(GLMMEncoder(cols=["size"])), **vars(made), "mapping": FOUND, **settings}
    state["ordinal_encoder"] = category_encoders.OrdinalEncoder(cols=["size"], handle_unknown="value").fit(ROWS)
    encoder = GLMMEncoder.__new__(GLMMEncoder)
    vars(encoder).update(state)
    written = pickle.dumps(encoder, 2).replace(b"core.models.glmm_encoder\n", b"category_encoders.glmm\n")
    return pickles.load(written, "m.pkl")


def test_levels_become_what_they_were_found_to_add() -> None:
    asked = pd.DataFrame({"size": ["L", "S", "XL", None], "price": [1.0, 2.0, 3.0, 4.0]})
    found = _fitted().transform(asked)
    np.testing.assert_array_equal(found["size"], [0.125, 0.5, 0.0, 0.0])
    np.testing.assert_array_equal(found["price"], asked["price"])


def test_unknown_levels_are_an_error_where_it_was_told_so() -> None:
    with pytest.raises(ValueError, match="Unexpected categories"):
        _fitted(handle_unknown="error").transform(pd.DataFrame({"size": ["XL"], "price": [1.0]}))


def test_it_keeps_its_settings_and_cannot_be_fitted_here() -> None:
    encoder = _fitted(sigma=0.5)
    assert encoder.get_params()["sigma"] == 0.5
    again = clone(encoder)
    with pytest.raises(NotImplementedError, match="statsmodels"):
        again.fit(ROWS, [0, 1, 1, 0])
