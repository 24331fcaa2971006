"""The door for model files: size, format by content, structure, then the library's own parser, then the adapter."""

from __future__ import annotations

import warnings
from typing import Any

from core import fingerprint
from core.errors import ExplorerError, ModelError
from core.loading import contained
from core.loading.formats.sniff import ACCEPTED, format_of
from core.loading.formats.tree_checks import damaged
from core.models import AdaptedModel, wrap

LIMIT = 256 * 1024 * 1024
"""Largest model file, in bytes."""

Opened = tuple[Any, tuple[str, ...] | None]
"""The library's own object, and class names where only the file has them."""


def read_model(data: bytes, name: str, **options: Any) -> AdaptedModel:
    """Read a model file of any known format.

    Parameters
    ----------
    data : bytes
        The file's content. Pickles and joblib files go through the allow-list of ``core.loading.pickles``.
    name : str
        The file's name; its extension counts only where the content leaves it open.
    **options
        ``features``, ``classes``, ``task``: what the file does not say itself (``core.models.wrap``).
        ``fingerprint``: the digest of the bytes, where the caller has it.

    Returns
    -------
    AdaptedModel
        With the digest of the bytes as its fingerprint.

    Raises
    ------
    ModelError
        If the file is refused; the message says what it is, why, and what to do.
    """
    digest = options.pop("fingerprint", None)
    return adapted(opened(data, name), name, digest or fingerprint.of_bytes(data), **options)


def opened(data: bytes, name: str) -> Opened:
    """The first half of ``read_model``: what the file holds, its structure checked; errors as there."""
    if not data:
        raise ModelError(f"'{name}' is empty.", "It holds 0 bytes.", "Save the model again, or upload it again.")
    if len(data) > LIMIT:
        raise ModelError(
            f"'{name}' is too large.",
            f"It has {len(data) / 1e6:,.0f} MB; {LIMIT / 1e6:,.0f} MB are allowed.",
            "Use a smaller model: fewer trees, or joblib with compress=3.",
        )
    return _parsed(data, name)


def adapted(held: Opened, name: str, digest: str, **options: Any) -> AdaptedModel:
    """The second half of ``read_model``: the model to explain, with the digest of its file; errors as there."""
    estimator, classes = held
    taken = contained.take_out(estimator, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's advice to the file's author; nobody here could act on it
        try:
            options["classes"] = options.get("classes") or classes or contained.labels(taken)
            wrapped = wrap(taken.model, name=name, owned=True, fingerprint=digest, **options)
            return contained.described(wrapped, taken.features, taken.note)
        except ModelError:
            raise
        except Exception as error:  # an honest-looking file with a state that its own class cannot use
            raise ModelError(
                f"'{name}' was read, but its {type(taken.model).__name__} does not work.",
                _said(error),
                "Save it again with the versions of the libraries that the About page names.",
            ) from error


def _parsed(data: bytes, name: str) -> Opened:
    """As ``parse``; whatever else a reader meets in a broken file becomes the file's refusal, not a failed question."""
    try:
        return parse(data, name, format_of(data, name))
    except (ExplorerError, MemoryError):
        raise
    except Exception as error:
        raise damaged(
            name, f"A part of it is of another kind than expected ({type(error).__name__}: {error})"
        ) from error


def parse(data: bytes, name: str, form: str) -> Opened:
    """What the library's own parser makes of a file, its structure checked before."""
    if form in ("xgboost-json", "xgboost-ubj"):
        from core.loading.formats import xgboost_file

        return xgboost_file.load(data, name, form.removeprefix("xgboost-")), None
    if form == "lightgbm":
        from core.loading.formats import lightgbm_file

        return lightgbm_file.load(data, name), None
    if form == "catboost":
        from core.loading.formats import catboost_file

        return catboost_file.load(data, name), None
    if form == "onnx":
        from core.loading.formats import onnx_file

        return onnx_file.load(data, name)
    if form == "keras":
        from core.loading.formats import keras_file

        return keras_file.load(data, name), None
    if form == "skops":
        from core.loading.formats import skops_file

        return skops_file.load(data, name), None
    if form == "pickle":
        from core.loading import pickles

        return pickles.load(data, name), None
    raise ModelError(f"'{name}' is not read here.", f"Its format is {form}.", ACCEPTED)


def _said(error: Exception) -> str:
    """What a library says of a model that it cannot use."""
    if "onnxruntime" in type(error).__module__:
        from core.loading.formats.onnx_file import told

        return f"ONNX Runtime cannot run it: {told(error)}."
    return f"{type(error).__name__}: {str(error)[:200]}"
