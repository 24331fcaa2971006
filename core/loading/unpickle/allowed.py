"""The allow-list: exact (module, qualified name) pairs, each with a role, resolved without any attribute walk.

``allowed.json`` is written by ``generate.py`` from the installed libraries, reviewed as a difference and committed.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from core.loading.unpickle.inert import Ref, Refused, Role, Stub

LIST = Path(__file__).with_name("allowed.json")


@cache
def _list() -> dict[str, Any]:
    """The committed list."""
    data: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
    return data


@cache
def _roles() -> dict[tuple[str, str], Role]:
    """(module, name) -> role."""
    roles: dict[tuple[str, str], Role] = {}
    for role, modules in _list()["roles"].items():
        for module, names in modules.items():
            roles.update({(module, name): role for name in names})
    return roles


@cache
def _renamed() -> dict[tuple[str, str], tuple[str, str]]:
    """Names that older versions wrote -> where the same thing lives now."""
    pairs = _list()["renamed"]
    return {tuple(old.split(":")): tuple(new.split(":")) for old, new in pairs.items()}


def made_from() -> dict[str, str]:
    """Library versions that the list was generated from."""
    return dict(_list()["made_from"])


@cache
def storable() -> frozenset[str]:
    """Classes that may be stored as they are, though their role is another."""
    return frozenset(_list()["storable"])


@cache
def lookup(module: str, name: str) -> Ref:
    """Find a name that a file asks for.

    Parameters
    ----------
    module, name : str
        Exactly as written in the file; a dotted name is never walked.

    Returns
    -------
    Ref
        Inert, with the role it may be used in.

    Raises
    ------
    Refused
        If it is not on the list; the reason names it and, for removed names, the version that had it.
    """
    gone = _list()["gone"].get(f"{module}:{name}")
    if gone:
        raise Refused(f"it holds {module}.{name}, which {gone}", f"{module}.{name}")
    place = _renamed().get((module, name), (module, name))
    role = _roles().get(place)
    full = f"{module}.{name}"
    head = name.partition(".")[0]
    if role is None and _roles().get((module, head)) == "stub":  # a method of what is left out, left out with it
        role, full = "stub", f"{module}.{head}"
    if role is None:
        raise Refused(f"it holds {full[:200]}, which is not on the list of safe objects", full[:200], unknown=True)
    if role == "stub":
        return Ref(full, role, Stub)
    if role == "call" and full not in storable():
        return Ref(f"{place[0]}.{place[1]}", role, None)
    return Ref(f"{place[0]}.{place[1]}", role, _resolve(*place))


def _resolve(module: str, name: str) -> Any:
    """The object behind a listed name; a listed class must say itself that it is defined there."""
    found = _module(module)
    if found is None or name not in vars(found):
        top = module.partition(".")[0]
        raise Refused(
            f"it needs {module}.{name}, which the installed version of {top} does not have", f"{module}.{name}"
        )
    target = vars(found)[name]
    home = _list()["homes"].get(f"{module}:{name}", module)
    if isinstance(target, type) and (target.__module__ != home or "." in target.__qualname__):
        raise Refused(f"{module}.{name} is not defined where the list says", f"{module}.{name}")
    return target


def _module(module: str) -> ModuleType | None:
    """A listed module, imported if it is installed."""
    if module not in sys.modules:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(module)
        except ImportError:
            return None
    return sys.modules[module]


def preload() -> list[str]:
    """Import every listed module that is installed (a locked-down worker cannot open files) and return their names."""
    modules = {module for group in _list()["roles"].values() for module in group}
    stubs = set(_list()["roles"].get("stub", ()))
    return sorted(module for module in modules - stubs if _module(module) is not None)
