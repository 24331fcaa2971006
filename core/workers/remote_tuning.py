"""What a worker says of its model's settings, and a model that it has trained again; every part checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from core.errors import ModelError
from core.results.trials import Span, SpanKind
from core.tuning.proposed import MOST, Setting
from core.tuning.recipe import Recipe
from core.types import Scale, Table
from core.workers.lease import Lease
from core.workers.wire import Message
from core.workers.words import shown

_NAME, _CHOICES = 300, 50


def settings(lease: Lease) -> tuple[Setting, ...]:
    """What can be tuned.

    Raises
    ------
    ModelError
        If the worker answers with something else.
    """
    answer = lease.ask(Message({"op": "settings"}), lease.settings.call_seconds)
    found = answer.head.get("settings")
    try:
        if not isinstance(found, list) or len(found) > MOST:
            raise ValueError("no list")
        return tuple(_setting(item) for item in found)
    except (KeyError, TypeError, ValueError) as error:
        lease.close()
        raise ModelError(
            "The model's process answered with something else than settings.", hint="Do not use this file."
        ) from error


def _setting(item: Mapping[str, Any]) -> Setting:
    """One setting, each part of its type."""
    kind, low, high = item["kind"], item["low"], item["high"]
    if kind not in get_args(SpanKind) or type(item["name"]) is not str or len(item["name"]) > _NAME:
        raise ValueError("a setting that is none")
    choices = tuple(_value(one) for one in item["choices"][:_CHOICES])
    if kind == "choice":
        low = high = None
    elif not all(type(end) in (int, float) and math.isfinite(end) for end in (low, high)) or low > high:
        raise ValueError("a range that is none")
    log = item["log"] is True and kind != "choice" and low > 0
    return Setting(
        Span(shown(item["name"], _NAME), kind, low, high, log, choices), _value(item["now"]), item["chosen"] is True
    )


def _value(value: Any, depth: int = 0) -> Any:
    """A number, a text, a truth value, nothing, or a few of them."""
    if isinstance(value, list) and depth < 3:
        return tuple(_value(one, depth + 1) for one in value[:_CHOICES])
    if isinstance(value, str):
        return shown(value, _NAME)
    if value is None or type(value) in (bool, int, float):
        return value
    raise ValueError("a value that is none")


def in_time(method_id: str, params: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """The settings of a question; a search ends with what it has found before its worker would be ended."""
    given = dict(params)
    most = int(0.9 * seconds)
    if method_id == "tune" and str(given.get("seconds", "300")).isdigit() and int(given.get("seconds", 300)) > most:
        given["seconds"] = max(1, most)
    return given


def follow(model: Any, table: Table, recipe: Recipe) -> Mapping[str, Any]:
    """Train the model of a worker again, there; what it says of the new one.

    Raises
    ------
    ModelError
        If it is not a model of the same columns and classes.
    """
    facts: Mapping[str, Any] = model.lease.teach(table, recipe.plain())
    same: tuple[str, ...] = ("task", "classes", "features")
    if any(_tupled(facts.get(part)) != _tupled(getattr(model, part)) for part in same) or facts.get(
        "margin_scale"
    ) not in (None, *get_args(Scale)):
        model.close()
        raise ModelError("The model's process has trained another kind of model.", hint="Do not use this file.")
    return facts


def _tupled(value: Any) -> Any:
    """Lists as tuples."""
    return tuple(value) if isinstance(value, list) else value
