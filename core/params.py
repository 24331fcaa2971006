"""Validate what a person, a link or a script asks a method with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.errors import InputError, unknown_name
from core.registry import Method
from core.types import Param, Table

_TRUE = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def resolve(method: Method, given: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return every parameter of a method: those given, checked and converted; defaults for the rest.

    Parameters
    ----------
    method : Method
    given : mapping
        Values of the right type or as text (from a link or the command line).
    table : Table
        Feature parameters must name its columns.

    Raises
    ------
    InputError
        If a name is unknown or a value does not fit; the message says the range or the choices.
    """
    for name in given:
        method.param(name)
    names = table.schema.names
    return {
        param.name: parse(param, given[param.name], names) if param.name in given else param.default
        for param in method.params
    }


def parse(param: Param, value: Any, features: Sequence[str]) -> Any:
    """Check and convert one value; None stands for "choose for me" wherever the default is None."""
    if value is None or value == "":
        return param.default
    try:
        return _PARSERS[param.kind](param, value, features)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"'{param.name}' cannot be {str(value)[:80]!r}.", f"It takes {_wanted(param)}.", param.help
        ) from None


def _wanted(param: Param) -> str:
    """What a parameter accepts, in words."""
    limits = (
        f" from {param.low:,.10g} to {param.high:,.10g}" if param.low is not None and param.high is not None else ""
    )
    words = {
        "int": f"a whole number{limits}",
        "float": f"a number{limits}",
        "bool": "yes or no",
        "choice": "one of " + ", ".join(param.choices),
        "feature": "the name of a feature",
        "features": "names of features",
        "text": "text",
    }
    return words[param.kind]


def _number(param: Param, value: Any, _features: Sequence[str]) -> float | int:
    """An int or float within the limits."""
    if isinstance(value, bool):
        raise TypeError(param.name)
    number = float(value)
    if param.kind == "int" and number != int(number):
        raise ValueError(param.name)
    if (param.low is not None and number < param.low) or (param.high is not None and number > param.high):
        raise ValueError(param.name)
    if number != number:
        raise ValueError(param.name)
    return int(number) if param.kind == "int" else number


def _bool(_param: Param, value: Any, _features: Sequence[str]) -> bool:
    """True or False, also as text."""
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in _TRUE:
        raise ValueError(text)
    return _TRUE[text]


def _choice(param: Param, value: Any, _features: Sequence[str]) -> str:
    """One of the choices."""
    if str(value) not in param.choices:
        raise ValueError(value)
    return str(value)


def _feature(_param: Param, value: Any, features: Sequence[str]) -> str:
    """The name of a feature of the table."""
    if str(value) not in features:
        raise unknown_name("feature", value, features)
    return str(value)


def _features(param: Param, value: Any, features: Sequence[str]) -> tuple[str, ...]:
    """Several names, as a sequence or as comma-separated text."""
    names = split_names(value) if isinstance(value, str) else value
    return tuple(_feature(param, str(name).strip() if isinstance(value, str) else name, features) for name in names)


def split_names(text: str) -> list[str]:
    """Names with commas between them, or a JSON list where a name holds one itself."""
    if text.startswith("["):
        with suppress(ValueError):
            found = json.loads(text)
            if isinstance(found, list):
                return [str(name) for name in found]
    return text.split(",")


def _text(_param: Param, value: Any, _features: Sequence[str]) -> str:
    """Text of bounded length."""
    if len(str(value)) > 10_000:
        raise ValueError("too long")
    return str(value)


_PARSERS = {
    "int": _number,
    "float": _number,
    "bool": _bool,
    "choice": _choice,
    "feature": _feature,
    "features": _features,
    "text": _text,
}
