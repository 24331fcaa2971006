"""CatBoost's cbm: lengths and indices are checked first, for its native code follows them without asking."""

from __future__ import annotations

import json
from typing import Any

from core.errors import ModelError
from core.loading.formats.catboost_trees import check_core, check_tables
from core.loading.formats.tree_checks import damaged


def load(data: bytes, name: str) -> Any:
    """Check the lengths and parse; returns a ``catboost.CatBoost``.

    Raises
    ------
    ModelError
        If it is cut off, or CatBoost is not installed.
    """
    check(data, name)
    try:
        import catboost
    except ImportError as error:
        raise ModelError(
            f"'{name}' is a CatBoost model, and CatBoost is not installed here.",
            "It is one of the optional formats.",
            "Install it (pip install catboost), or export the model as ONNX.",
        ) from error
    model = catboost.CatBoost()
    try:
        model.load_model(blob=data)
    except Exception as error:  # its own root, and what its C++ side throws
        raise damaged(name, f"CatBoost cannot read it: {str(error)[-120:]}") from error
    return model


def check(data: bytes, name: str) -> None:
    """The trees, then the category tables: a count and, for each, its length and bytes, up to the very end.

    Raises
    ------
    ModelError
        If an index or a length is out of bounds, or it reads texts or embeddings.
    """
    if len(data) < 16:
        raise damaged(name, "It ends after its first bytes")
    try:
        core, behind = parts_of(data)
        trees, plain = check_core(core)
        if not plain:
            raise ModelError(
                f"'{name}' reads texts or embeddings.", "Those columns are no single values.", "Train it without them."
            )
        check_tables(trees, tables_of(behind))
    except ValueError as error:
        raise damaged(name, f"As a CatBoost model it does not hold together: {error}") from error


def loss_of(model: Any) -> str:
    """The loss that a model was trained for, without its settings; empty for a sum of models with different ones."""
    told = model.get_metadata()
    if "params" in told.keys():  # noqa: SIM118 - CatBoost's own mapping cannot be asked itself
        return str(model.get_all_params().get("loss_function", "RMSE")).split(":")[0]
    return str(json.loads(told.get("loss_function", "{}")).get("type", ""))


def parts_of(data: bytes) -> tuple[bytes, bytes]:
    """The trees of a model, and what follows them; ValueError if they are cut off."""
    at = 8 + int.from_bytes(data[4:8], "little")
    if at > len(data):
        raise ValueError(f"it announces {at:,} bytes and holds {len(data):,}")
    return data[8:at], data[at:]


def tables_of(behind: bytes) -> list[bytes]:
    """The category tables that follow the trees of a model; ValueError if they are cut off."""
    if not behind:
        return []
    found, at = [], 4
    for _ in range(int.from_bytes(behind[:4], "little")):
        size = int.from_bytes(behind[at : at + 4], "little")
        if at + 4 + size > len(behind):
            raise ValueError("its category tables are cut off")
        found.append(behind[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(behind):
        raise ValueError("its category tables are cut off, or other bytes follow them")
    return found
