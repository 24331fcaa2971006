"""The warm parent: started clean by the app, imports the libraries once, forks one locked worker per upload.

It holds no visitor's data: bytes go from the app straight into the worker's own pipes.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from core.workers import imports
from core.workers.child import serve
from core.workers.lockdown import Layer, Terms, library_folders, lock
from core.workers.region import attach

_WATCH = 0.1
_LIMIT_TAG = "memory"


@dataclass(slots=True)
class Worker:
    """A living or dead child."""

    pid: int
    report: int
    code: int | None = None
    reason: str = ""


@dataclass(slots=True)
class House:
    """All children and the channel to the app."""

    channel: socket.socket
    terms: Terms
    workers: dict[int, Worker] = field(default_factory=dict)


def main(descriptor: int, memory: int, seconds: int, use_landlock: bool) -> None:
    """Import, say ready, then serve until the app is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    terms = Terms(memory, seconds, library_folders() if use_landlock else ())
    house = House(socket.socket(fileno=descriptor), terms)
    missing = imports.load()
    gc.collect()
    gc.freeze()
    layers = _trial(house)
    _say(house, {"ready": True, "layers": [asdict(layer) for layer in layers], "missing": missing})
    while True:
        living = [worker for worker in house.workers.values() if worker.code is None]
        ready, _, _ = select.select([house.channel], [], [], _WATCH if living else None)
        _watch(house, living)
        if ready and not _serve(house):
            break
    for worker in house.workers.values():
        _kill(worker, "")


def _say(house: House, answer: dict[str, Any]) -> None:
    """Answer the app."""
    house.channel.send(json.dumps(answer).encode())


def _serve(house: House) -> bool:
    """One request; False when the app is gone."""
    data, descriptors, _flags, _address = socket.recv_fds(house.channel, 65_536, 4)
    if not data:
        return False
    request = json.loads(data)
    if request["op"] == "spawn" and len(descriptors) in (2, 3):
        worker = _fork(house, *descriptors)
        _say(house, {"pid": worker.pid})
    elif request["op"] == "end":
        worker = house.workers.get(request["pid"], Worker(0, -1, 0))
        if request.get("kill"):
            _kill(worker, "")
        _say(house, _obituary(house, worker))
    else:
        _say(house, {"error": "unknown"})
    for descriptor in descriptors:
        os.close(descriptor)
    return True


def _fork(house: House, source: int, target: int, memory: int = -1) -> Worker:
    """A child that locks itself and serves."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    mother = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_worker(house, (source, target, write), memory, mother)
    os.close(write)
    worker = Worker(pid, read)
    house.workers[pid] = worker
    return worker


def _become_worker(house: House, pipes: tuple[int, int, int], memory: int, mother: int) -> None:
    """The child's whole life."""
    code, (source, target, report) = 1, pipes
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        shared = attach(memory) if memory >= 0 else ()
        lock(pipes, report, mother, house.terms)
        serve(source, target, *shared)
        code = 0
    except Exception as error:  # the process ends here; the app hears why
        os.write(report, f"failed: {type(error).__name__} {error}".encode()[:100])
    finally:
        os._exit(code)


def _trial(house: House) -> list[Layer]:
    """Lock a child that does nothing else, and hear which layers hold on this machine."""
    read, write = os.pipe()
    mother = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            found = lock((write,), write, mother, house.terms)
            os.write(write, json.dumps([asdict(layer) for layer in found]).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as source:
        data = source.read(65_536)
    os.waitpid(pid, 0)
    return (
        [Layer(**item) for item in json.loads(data)]
        if data
        else [Layer("system calls", False, "a worker could not be locked")]
    )


def _watch(house: House, living: list[Worker]) -> None:
    """Collect the dead and end those that hold too much memory."""
    for worker in living:
        pid, status = os.waitpid(worker.pid, os.WNOHANG)
        if pid:
            _bury(worker, status)
        elif _resident(worker.pid) > house.terms.memory:
            _kill(worker, _LIMIT_TAG)


def _resident(pid: int) -> int:
    """Resident bytes of a child."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as source:
            return int(source.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _kill(worker: Worker, reason: str) -> None:
    """End a child at once."""
    if worker.code is None:
        worker.reason = reason
        os.kill(worker.pid, signal.SIGKILL)
        _bury(worker, os.waitpid(worker.pid, 0)[1])


def _bury(worker: Worker, status: int) -> None:
    """Keep how a child ended."""
    worker.code = os.waitstatus_to_exitcode(status)
    if not worker.reason:
        try:
            worker.reason = os.read(worker.report, 100).decode("ascii", "replace")
        except OSError:
            worker.reason = ""
    os.close(worker.report)


def _obituary(house: House, worker: Worker) -> dict[str, Any]:
    """How a child ended, waiting a moment for one that is about to."""
    for _ in range(100):
        _watch(house, [worker] if worker.code is None else [])
        if worker.code is not None:
            house.workers.pop(worker.pid, None)
            return {"code": worker.code, "reason": worker.reason}
        time.sleep(0.01)
    return {"code": None, "reason": ""}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
