"""The category levels that an XGBoost model was trained with, read from its own dump."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from core.errors import ModelError
from core.models.rows import CutLevel


def training_levels(booster: Any, features: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Levels of each categorical feature in code order; empty where the model has none or was given codes.

    XGBoost keeps them since version 3.1. An older file knows the codes only: the columns must then hold them.

    Raises
    ------
    ModelError
        If the dump is not of the known form.
    """
    if "c" not in (booster.feature_types or ()):
        return {}
    body = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]
    model = body.get("model") or body.get("gbtree", {}).get("model", {})
    encoders = model.get("cats", {}).get("enc", [])
    if len(encoders) not in (0, len(features)):
        raise ModelError(
            "The categories of this XGBoost model cannot be read.", "Their number differs from the columns'."
        )
    found = {name: _levels(encoder) for name, encoder in zip(features, encoders, strict=False)}
    return {name: levels for name, levels in found.items() if levels}


def _levels(encoder: Mapping[str, Any]) -> tuple[Any, ...]:
    """Texts are stored as UTF-8 bytes with offsets, numbers as they are.

    XGBoost up to 3.2 counts the offsets of pandas' levels in letters but keeps as many bytes, so a letter beyond ASCII
    costs the end of the last levels.
    """
    values = encoder["values"]
    if "offsets" not in encoder:
        return tuple(values)
    text = bytes(item & 0xFF for item in values).decode("utf-8", "ignore")
    slices = [(text[start:end], end - start) for start, end in pairwise(encoder["offsets"])]
    return tuple(part if len(part) == length else CutLevel(part, length) for part, length in slices)
