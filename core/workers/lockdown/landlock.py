"""Landlock: the folders of the libraries may be read, and how much memory the process has; nothing else is touched."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

from core.workers.lockdown.kernel import call

_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_OWN_SIZE = "/proc/self/statm"
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
    """Leave this process read access beneath some folders, and to its own size; returns Landlock's version.

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
            if (opened := _found(folder)) >= 0:
                _allow(ruleset, opened, _READ_FILE | _READ_FOLDER)
                os.close(opened)
        if (opened := _found(_OWN_SIZE)) >= 0:  # left open: forgotten, it would come back without rights
            _allow(ruleset, opened, _READ_FILE)
        call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _found(path: str) -> int:
    """A descriptor that only names a file or folder; -1 where it is missing."""
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return -1


def _allow(ruleset: int, opened: int, access: int) -> None:
    """Add one readable file, or folder with all beneath it."""
    rule = _Beneath(access, opened)
    call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.cast(ctypes.pointer(rule), ctypes.c_void_p), 0)
