"""Raw system calls by ctypes, with the numbers of the two processors that are known."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor: its audit id and the numbers of the system calls that the rules name."""

    audit: int
    calls: dict[str, int]


_SAME = {"landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446, "clone3": 435}
_X86_64 = {
    **dict(read=0, write=1, close=3, fstat=5, poll=7, lseek=8, mmap=9, mprotect=10, munmap=11, brk=12),
    **dict(rt_sigaction=13, rt_sigprocmask=14, rt_sigreturn=15, pread64=17, readv=19, writev=20, select=23),
    **dict(sched_yield=24, mremap=25, madvise=28, nanosleep=35, getpid=39, clone=56, exit=60, uname=63, fcntl=72),
    **dict(getrlimit=97, getrusage=98, sysinfo=99, times=100, getuid=102, getgid=104, geteuid=107, getegid=108),
    **dict(getppid=110, sigaltstack=131, sched_getparam=143, sched_getscheduler=145, prctl=157, gettid=186, time=201),
    **dict(futex=202, sched_setaffinity=203, sched_getaffinity=204, set_tid_address=218, restart_syscall=219),
    **dict(clock_gettime=228, clock_getres=229, clock_nanosleep=230, exit_group=231, tgkill=234, mbind=237),
    **dict(set_mempolicy=238, get_mempolicy=239, openat=257, newfstatat=262, pselect6=270, ppoll=271),
    **dict(set_robust_list=273, prlimit64=302, getcpu=309, sched_getattr=315, seccomp=317, getrandom=318),
    **dict(membarrier=324, rseq=334, execve=59, execveat=322, ptrace=101, process_vm_readv=310, bpf=321),
    **dict(process_vm_writev=311, io_uring_setup=425, open=2, getcwd=79, readlink=89, readlinkat=267),
}
_AARCH64 = {
    **dict(fcntl=25, openat=56, close=57, lseek=62, read=63, write=64, readv=65, writev=66, pread64=67, pselect6=72),
    **dict(ppoll=73, newfstatat=79, fstat=80, exit=93, exit_group=94, set_tid_address=96, futex=98, set_robust_list=99),
    **dict(nanosleep=101, clock_gettime=113, clock_getres=114, clock_nanosleep=115, sched_getscheduler=120),
    **dict(sched_getparam=121, sched_setaffinity=122, sched_getaffinity=123, sched_yield=124, restart_syscall=128),
    **dict(tgkill=131, sigaltstack=132, rt_sigaction=134, rt_sigprocmask=135, rt_sigreturn=139, times=153, uname=160),
    **dict(getrlimit=163, getrusage=165, prctl=167, getcpu=168, getpid=172, getppid=173, getuid=174, geteuid=175),
    **dict(getgid=176, getegid=177, gettid=178, sysinfo=179, brk=214, munmap=215, mremap=216, clone=220, mmap=222),
    **dict(mprotect=226, madvise=233, mbind=235, get_mempolicy=236, set_mempolicy=237, prlimit64=261),
    **dict(sched_getattr=275, seccomp=277, getrandom=278, membarrier=283, rseq=293, execve=221, execveat=281),
    **dict(ptrace=117, process_vm_readv=270, process_vm_writev=271, bpf=280, io_uring_setup=425),
    **dict(getcwd=17, readlinkat=78),
}
_MACHINES = {"x86_64": Machine(0xC000003E, {**_X86_64, **_SAME}), "aarch64": Machine(0xC00000B7, {**_AARCH64, **_SAME})}


@cache
def machine() -> Machine | None:
    """Tell which processor this is, or None where the numbers are not known (or this is not 64-bit Linux)."""
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None
    return _MACHINES.get(platform.machine())


@cache
def _library() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def call(name: str, *args: int | ctypes.c_void_p | None) -> int:
    """Make a system call by name.

    Raises
    ------
    OSError
        With the kernel's error number.
    """
    known = machine()
    if known is None:
        raise OSError(38, "system calls are not known for this processor")
    values = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    found = int(_library().syscall(ctypes.c_long(known.calls[name]), *values))
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return found


def prctl(option: int, value: int = 0) -> None:
    """``prctl(option, value, 0, 0, 0)``; raises OSError."""
    call("prctl", option, value, 0, 0, 0)
