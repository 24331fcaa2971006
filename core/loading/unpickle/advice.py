"""What a person can do about a file that is refused: by what it holds, and by the version that wrote it."""

from __future__ import annotations

import re
import sys

from sklearn import __version__ as here

PLAIN = (
    "Save the model in a format that holds no code (ONNX, skops, XGBoost JSON, LightGBM text, CatBoost cbm), "
    "or fit it with plain scikit-learn, XGBoost, LightGBM or CatBoost objects only."
)
CUT_OFF = "It seems to be cut off, as where saving or sending it ended early: save it again, or upload it again."
_NOTEBOOK = "In a notebook, core.model(fitted_model) takes it as it is."
_KNOWN = frozenset(
    (
        *("", "numpy", "scipy", "pyarrow"),
        *("joblib", "sklearn", "xgboost", "lightgbm", "catboost", "imblearn", "category_encoders"),
    )
)
_NETWORKS = frozenset(("torch", "skorch", "keras", "tensorflow", "pytorch_tabnet", "pytorch_lightning", "jax", "flax"))
_CODE = frozenset(("cloudpickle", "dill", "types", "marshal"))
_OWN = frozenset(("__main__", "__mp_main__"))
_WRITER = re.compile(
    rb"_sklearn_version(?:\x94|q.|r.{4}|p\d{1,9}\n)?(?:\x8c.|X.{4}|V)(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)",
    re.DOTALL,
)
"""The version under its name, with what the protocols write between the two."""


_BEFORE_022 = re.compile(r"sklearn\.externals\.joblib\.|sklearn\.[a-z]\w*\.[a-z]\w*\.[A-Z]\w*$")
"""Modules whose names begin without an underscore, under others: since then these hold functions, or are gone."""


def written_by(stream: bytes) -> str:
    """The version of scikit-learn that a file says it was written by; empty where it does not."""
    found = _WRITER.search(stream)
    return found[1].decode("ascii") if found else ""


def advice(name: str, written: str) -> str:
    """What to do.

    Parameters
    ----------
    name : str
        What the file was refused for, by its full name; may be empty.
    written : str
        The version of scikit-learn that wrote it; may be empty.
    """
    top = name.partition(".")[0] if "." in name else ""
    if top == "mlflow":
        return "Upload the file in MLflow's folder that holds the model itself (model.pkl, model.xgb, model.onnx …)."
    if top in _CODE:
        return (
            "The file holds the code of a function or class, as cloudpickle writes it: replace that by steps of"
            f" scikit-learn, or export the whole model as ONNX. {_NOTEBOOK}"
        )
    if top in _NETWORKS:
        return f"Export the network as ONNX, or save it as .keras. {_NOTEBOOK}"
    if top in _OWN:
        return (
            "It was defined in the program that wrote the file, which holds only its name: leave it out, use steps of"
            f" scikit-learn in its place, or export the whole model as ONNX. {_NOTEBOOK}"
        )
    if top in sys.stdlib_module_names or top == "pandas":
        return "Leave this out of the file: the fitted model alone is enough."
    if top not in _KNOWN:
        return (
            f"Objects of {top[:60]} are not known here: leave them out where the model predicts without them, or use"
            f" steps of scikit-learn in their place, or export the whole model as ONNX. {_NOTEBOOK}"
        )
    if not written and _BEFORE_022.match(name):
        return (
            f"Names like this belong to scikit-learn before 0.22, and this is {here}: fit the model again with a"
            " version near to this one, or load it with its own and export it as ONNX."
        )
    if not written or written.split(".")[:2] == here.split(".")[:2]:
        return PLAIN
    return (
        f"It was written by scikit-learn {written}, and this is {here}: fit it again with a version near to this one,"
        f" or load it with {written} and export it as ONNX."
    )
