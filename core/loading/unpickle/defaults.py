"""The settings of a class and their defaults, which an object of an older version may lack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import Parameter, signature
from typing import Any


@cache
def signature_of(cls: Any) -> Mapping[str, Parameter]:
    """The settings of a class."""
    return signature(cls.__init__).parameters


@cache
def defaults(cls: Any) -> dict[str, Any]:
    """The settings of a class and their defaults."""
    found = signature_of(cls).values()
    return {item.name: item.default for item in found if item.default is not Parameter.empty}


def fill(own: dict[str, Any], cls: Any) -> None:
    """Give an object's attributes the settings of a class that they lack, at their defaults."""
    for name, value in defaults(cls).items():
        own.setdefault(name, value)
