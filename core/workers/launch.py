"""The app's side of the warm parent: started once, by exec, with a clean environment; asked for workers."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ComputeError, ModelError
from core.workers.lockdown.apply import NEEDED, Layer
from core.workers.region import Region, create
from core.workers.settings import Settings, from_environment

START_SECONDS = 120.0
_ASK_SECONDS = 20.0
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from core.workers.parent import main; "
    "main(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == '1')"
)
_KEPT = ("LD_LIBRARY_PATH", "PYTHONHASHSEED", "LOKY_MAX_CPU_COUNT")
_KEPT_FAMILIES = ("OMP_", "GOMP_", "OPENBLAS_", "MKL_", "NVPL_", "NPY_")
"""Settings of the numeric libraries: with others, the last digits of the same model's answers would differ."""

_PAGES = "glibc.malloc.hugetlb=1"
"""Memory comes in large pages where the system has them: a third of the time to open a file of 65 MB went into touching
small ones for the first time."""


@dataclass(slots=True)
class Parent:
    """The running parent process."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    settings: Settings
    lock: threading.Lock = field(default_factory=threading.Lock)
    layers: tuple[Layer, ...] = ()
    missing: tuple[str, ...] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A worker: its process, the two pipes, and the memory for large questions where the system has it."""

    pid: int
    source: int
    target: int
    region: Region | None = None


_STATE: dict[str, Parent] = {}
_GUARD = threading.Lock()


def can_lock() -> bool:
    """True on systems that have what the workers need (64-bit Linux on a known processor)."""
    if sys.platform != "linux":
        return False
    from core.workers.lockdown.kernel import machine

    return machine() is not None


def parent() -> Parent:
    """The parent, started on first use and again when it is gone.

    Raises
    ------
    ComputeError
        If it does not start.
    """
    with _GUARD:
        known = _STATE.get("parent")
        if known is None or known.process.poll() is not None:
            known = _STATE["parent"] = _start(from_environment())
    with known.lock:
        if not known.ready:
            _greet(known)
    return known


def _start(settings: Settings) -> Parent:
    """Start the process; it imports while we go on."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {
        name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_FAMILIES)
    }
    environment |= {
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "ORT_DISABLE_TELEMETRY": "1",
        "PATH": os.defpath,
        "GLIBC_TUNABLES": _PAGES,
    }
    environment |= {"HOME": "/", "JOBLIB_MULTIPROCESSING": "0", "MPLBACKEND": "Agg", "LANG": "C.UTF-8"}
    root = str(Path(__file__).resolve().parents[2])
    arguments = [
        root,
        str(theirs.fileno()),
        str(settings.memory),
        str(settings.cpu_seconds),
        str(int(settings.landlock)),
    ]
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _BOOT, *arguments],
        env=environment,
        cwd="/",  # workers may ask where they are
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("INSTANCE_EXPLORER_WORKER_DEBUG") else subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
    )
    theirs.close()
    return Parent(process, ours, settings)


def _greet(known: Parent) -> None:
    """Wait until the imports are done."""
    answer = _hear(known, START_SECONDS)
    known.layers = tuple(Layer(**item) for item in answer["layers"])
    known.missing = tuple(answer["missing"])
    known.ready = True


def _hear(known: Parent, seconds: float) -> dict[str, Any]:
    """One answer of the parent."""
    known.channel.settimeout(seconds)
    try:
        data = known.channel.recv(1 << 20)
    except OSError as error:
        data = b""
        cause = str(error)
    else:
        cause = "it ended"
    if not data:
        stop()
        raise ComputeError("The process that guards uploads did not start.", cause, "Try again; restart the app.")
    found: dict[str, Any] = json.loads(data)
    return found


def _ask(known: Parent, request: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
    """Ask the parent; one question at a time."""
    with known.lock:
        try:
            socket.send_fds(known.channel, [json.dumps(request).encode()], list(descriptors))
        except OSError as error:
            stop()
            raise ComputeError("The process that guards uploads is gone.", str(error), "Try again.") from error
        return _hear(known, _ASK_SECONDS)


def protections() -> tuple[Layer, ...]:
    """Which layers hold on this machine, tried out on a process of their own."""
    if not can_lock():
        return (Layer("system calls", False, f"not known for this system ({sys.platform})"),)
    return parent().layers


def protected() -> bool:
    """True when every layer that uploads need is active."""
    active = {layer.name for layer in protections() if layer.active}
    return set(NEEDED) <= active


def spawn() -> Channel:
    """A new locked worker.

    Raises
    ------
    ModelError
        If this machine cannot lock one.
    """
    known = parent()
    if not protected():
        raise ModelError("A worker cannot be locked on this machine.", "See the About page for the layers.")
    to_child, from_app = os.pipe()
    to_app, from_child = os.pipe()
    _widen(from_app, from_child)
    made = create()
    handed = (to_child, from_child) if made is None else (to_child, from_child, made[1])
    try:
        answer = _ask(known, {"op": "spawn"}, handed)
    finally:
        for descriptor in handed:
            os.close(descriptor)
    os.set_blocking(from_app, False)
    os.set_blocking(to_app, False)
    return Channel(int(answer["pid"]), to_app, from_app, None if made is None else made[0])


def _widen(*pipes: int) -> None:
    """Let pipes hold a mebibyte: large tables then take a few handovers instead of hundreds."""
    import fcntl

    for pipe in pipes:
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:  # the user's share of pipe memory is used up; small pipes work, too
            return


def end(channel: Channel, kill: bool) -> tuple[int | None, str]:
    """Close a worker's pipes and hear how it ended: exit code (negative: signal) and reason."""
    for descriptor in (channel.source, channel.target):
        os.close(descriptor)
    known = _STATE.get("parent")
    if known is None or known.process.poll() is not None:
        return None, ""
    try:
        answer = _ask(known, {"op": "end", "pid": channel.pid, "kill": kill})
    except ComputeError:  # it did not answer and was ended with all its workers, so with this one
        return None, ""
    return answer.get("code"), str(answer.get("reason", ""))


def stop() -> None:
    """End the parent; every worker ends with it."""
    known = _STATE.pop("parent", None)
    if known is not None:
        known.channel.close()
        known.process.kill()
        known.process.wait()


atexit.register(stop)
