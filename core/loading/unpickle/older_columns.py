"""What a ``ColumnTransformer`` of older scikit-learn says of its columns, in today's words; see ``older.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.loading.unpickle.inert import Refused


def columns(own: dict[str, Any]) -> None:
    """``ColumnTransformer``: the columns left over as a list; before 1.4, a word for what passes columns through."""
    steps, remainder = own.get("transformers_"), own.get("_remainder")
    if type(remainder) is tuple:
        own["_remainder"] = tuple(_remainder(part) for part in remainder)
    if type(steps) is list:
        steps = own["transformers_"] = [
            tuple(_remainder(part) for part in step) if type(step) is tuple else step for step in steps
        ]
    if type(steps) is not list or not any(type(s) is tuple and len(s) == 3 and s[1] == "passthrough" for s in steps):
        return
    own["transformers_"] = [(s[0], _passing(own, s[0]), s[2]) if s[1] == "passthrough" else s for s in steps]


def _passing(own: dict[str, Any], title: Any) -> Any:
    """What passes the columns of a step through, as fitted today: it knows their names."""
    from sklearn.preprocessing import FunctionTransformer

    made = FunctionTransformer(accept_sparse=True, check_inverse=False, feature_names_out="one-to-one")
    inner = getattr(own.get("_sklearn_output_config"), "get", lambda _key: None)("transform")
    if inner in ("default", "pandas", "polars"):
        made.set_output(transform=inner)
    names, taken = own.get("feature_names_in_"), own.get("_transformer_to_input_indices")
    places = taken.get(title) if type(taken) is dict else None
    if type(places) is list and places and isinstance(names, np.ndarray) and names.ndim == 1:
        if not all(type(place) is int and -len(names) <= place < len(names) for place in places):
            raise Refused("the columns of its ColumnTransformer are none of the table's")
        made.feature_names_in_, made.n_features_in_ = names[places], len(places)
    return made


def _remainder(part: Any) -> Any:
    """The columns left over: from 1.5 to 1.8 in a list of a kind of its own."""
    from core.models.older import RemainderColumns

    if type(part) is not RemainderColumns:
        return part
    held = vars(part).get("data")
    if type(held) is not list:
        raise Refused("the columns left over in its ColumnTransformer are no list")
    return held
