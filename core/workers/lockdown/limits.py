"""Resource limits, privileges and descriptors of a worker."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable

from core.workers.lockdown.kernel import prctl

NOBODY = 65_534
GIB = 1 << 30
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVS, _CAPBSET_DROP = 1, 4, 38, 24
_KILL = 9


def close_all_but(keep: Iterable[int]) -> None:
    """Close every descriptor but these; the standard three are left (they lead to nothing)."""
    low = 3
    for descriptor in sorted(keep):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 65_536)


def silence() -> None:
    """Lead the standard streams nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def volunteer_for_oom() -> None:
    """Ask the kernel to take this process first when memory runs out."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as target:
            target.write("1000")
    except OSError:  # not there in every container; the memory limit below still holds
        return


def drop_root() -> bool:
    """Become nobody when started as root; returns whether this process is unprivileged."""
    if os.geteuid() != 0:
        return True
    for capability in range(64):
        try:
            prctl(_CAPBSET_DROP, capability)
        except OSError:
            break
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:  # a container without these capabilities
        return False
    return True


def renounce() -> None:
    """Never gain privileges again (what filters and Landlock ask for first); raises OSError."""
    prctl(_NO_NEW_PRIVS, 1)


def seal(parent: int) -> None:
    """End with the parent, leave no core dumps, let nobody trace (after any change of user, which undoes it).

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    prctl(_PDEATHSIG, _KILL)
    if os.getppid() != parent:
        os._exit(0)
    prctl(_DUMPABLE, 0)


def _held() -> int:
    """Bytes of address space in use; a generous guess where the system does not tell (no /proc)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as source:
            return int(source.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 4 * GIB


def limit(memory: int, seconds: int) -> None:
    """Set the resource limits; address space counts from what the libraries already hold."""
    held = _held()
    wanted = {
        resource.RLIMIT_AS: held + memory + 2 * GIB,  # CatBoost reserves a gibibyte that it does not use
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_NPROC: 4096,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for name, value in wanted.items():
        hard = resource.getrlimit(name)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (bound, bound))
