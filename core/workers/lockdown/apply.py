"""All layers, in the order in which they can still be put on."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.workers.lockdown import audit, landlock, limits, seccomp
from core.workers.lockdown.kernel import machine

NEEDED = ("system calls", "privileges", "limits", "descriptors")
"""Layers without which no upload is opened."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One protection: whether it is on, and what that means here."""

    name: str
    active: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker may still do.

    Attributes
    ----------
    memory : int
        Bytes beyond what the libraries hold.
    seconds : int
        Processor time.
    folders : tuple of str
        Library folders that Landlock leaves readable; empty leaves Landlock out.
    """

    memory: int
    seconds: int
    folders: tuple[str, ...]


def lock(keep: Sequence[int], report: int, parent: int, terms: Terms) -> list[Layer]:
    """Lock this process down; it cannot be undone.

    Parameters
    ----------
    keep : sequence of int
        Descriptors that stay open.
    report : int
        Pipe that the audit hook writes to.
    parent : int
        Process whose end ends this one.
    terms : Terms

    Returns
    -------
    list of Layer
    """
    layers = [_descriptors(keep)]
    limits.volunteer_for_oom()
    layers.append(_limits(terms.memory, terms.seconds))
    limits.renounce()
    folders = _landlock(terms.folders)
    layers.append(_privileges(parent, limits.drop_root()))
    layers += [folders, _filter(folders.active)]
    audit.install(report)
    layers.append(Layer("audit hook", True, "Python's own events end the process (detection only)"))
    return layers


def _descriptors(keep: Sequence[int]) -> Layer:
    """No open files but the two pipes."""
    limits.silence()
    limits.close_all_but(keep)
    return Layer("descriptors", True, "only the pipes to the app are open; the environment is empty")


def _privileges(parent: int, unprivileged: bool) -> Layer:
    """Ends with its parent, gains nothing."""
    try:
        limits.seal(parent)
    except OSError as error:
        return Layer("privileges", False, f"the kernel refuses: {error.strerror}")
    detail = "no new privileges, not traceable, ends with the app"
    return Layer(
        "privileges", True, detail if unprivileged else detail + "; runs as root (this container cannot change it)"
    )


def _limits(memory: int, seconds: int) -> Layer:
    """Memory, time, files, processes."""
    try:
        limits.limit(memory, seconds)
    except (OSError, ValueError) as error:
        return Layer("limits", False, f"the system refuses: {error}")
    return Layer(
        "limits", True, f"{memory >> 20} MB beyond the libraries, {seconds} s of processor time, no files written"
    )


def _landlock(folders: tuple[str, ...]) -> Layer:
    """Library folders only, read only."""
    if not folders:
        return Layer("Landlock", False, "switched off; so no file can be opened at all")
    try:
        known = landlock.restrict(folders)
    except OSError as error:
        return Layer("Landlock", False, f"not in this kernel ({error.strerror}); so no file can be opened at all")
    return Layer("Landlock", True, f"version {known}: library folders and its own size can be read, nothing else")


def _filter(reading: bool) -> Layer:
    """The system-call filter."""
    known = machine()
    if known is None:
        return Layer("system calls", False, "not known for this processor or system")
    try:
        seccomp.install(known, reading, os.getpid())
    except OSError as error:
        return Layer("system calls", False, f"the kernel refuses: {error.strerror}")
    return Layer("system calls", True, "no network, no programs, no new processes, no opening for writing")


def library_folders() -> tuple[str, ...]:
    """Where Python and its libraries lie, and our own package."""
    own = Path(__file__).resolve().parents[2]
    found = {own, *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib"))}
    found |= {Path(folder) for folder in site.getsitepackages()} | {Path(sys.base_prefix) / "lib"}
    found |= {Path("/usr/lib"), Path("/lib"), Path("/lib64"), Path("/usr/share/zoneinfo")}
    return tuple(sorted({str(folder.resolve()) for folder in found if folder.is_dir()}))
