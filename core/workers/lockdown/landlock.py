"""Landlock: the folders of the libraries may be read, nothing else may be touched."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

from core.workers.lockdown.kernel import call

_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ = (1 << 0) | (1 << 2) | (1 << 3)
_EXECUTE_NOT = ~1
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 0b11
_SCOPES = 0b11


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``."""

    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``."""

    _pack_ = 1
    _layout_ = "ms"  # what packed structures always had; Python 3.14 wants it said
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Landlock's version in this kernel; 0 where it is missing or switched off."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def restrict(folders: Iterable[str]) -> int:
    """Leave this process read access beneath some folders only; returns Landlock's version.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    known = version()
    if not known:
        raise OSError(95, "Landlock is not available")
    rules = _Ruleset(_FILES[min(known, 5)], _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = call("landlock_create_ruleset", ctypes.cast(ctypes.pointer(rules), ctypes.c_void_p), size, 0)
    try:
        for folder in folders:
            _allow(ruleset, folder)
        call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _allow(ruleset: int, folder: str) -> None:
    """Add one readable folder; one that is missing is left out."""
    try:
        parent = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = _Beneath(_READ & _EXECUTE_NOT, parent)
        call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.cast(ctypes.pointer(rule), ctypes.c_void_p), 0)
    finally:
        os.close(parent)
