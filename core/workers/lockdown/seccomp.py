"""The system-call filter: what computing needs is allowed, all else fails, starting a program ends the process."""

from __future__ import annotations

import ctypes
import struct

from core.workers.lockdown.kernel import Machine, call

_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NOTHING, _EPERM, _EACCES, _ENOSYS = 0, 1, 13, 38
_LOAD, _JUMP_EQUAL, _JUMP_AND, _JUMP_GREATER, _RETURN = 0x20, 0x15, 0x45, 0x25, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16
_WRITING = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20200000
_EMPTY_PATH = 0x1000
_THREAD = 0x00010000
_SET_NAME = 15
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)
"""``fcntl``: copies and flags. Its owner commands are left out: with them the system would send signals for us."""

ALLOWED = (
    *("read", "write", "close", "fstat", "poll", "lseek", "mmap", "mprotect", "munmap", "brk", "rt_sigaction"),
    *("rt_sigprocmask", "rt_sigreturn", "pread64", "readv", "writev", "select", "sched_yield", "mremap", "madvise"),
    *("nanosleep", "getpid", "exit", "uname", "getrlimit", "getrusage", "sysinfo", "times", "getuid"),
    *("getgid", "geteuid", "getegid", "getppid", "sigaltstack", "sched_getparam", "sched_getscheduler", "gettid"),
    *("time", "futex", "sched_getaffinity", "set_tid_address", "restart_syscall"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "exit_group", "mbind", "set_mempolicy", "get_mempolicy"),
    *("pselect6", "ppoll", "set_robust_list", "getcpu", "sched_getattr", "getrandom", "membarrier", "rseq"),
)
DEADLY = ("execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "io_uring_setup")

Rule = tuple[int, int, int, int]


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> Rule:
    """One instruction of the filter."""
    return code, yes, no, value


def _answer(name: str, numbers: dict[str, int], *body: Rule) -> list[Rule]:
    """If it is this call, run the body (which must end in a return)."""
    if name not in numbers:
        return []
    return [_op(_JUMP_EQUAL, numbers[name], 0, len(body)), *body]


def program(machine: Machine, reading: bool, pid: int) -> list[Rule]:
    """The filter for a processor.

    Parameters
    ----------
    machine : Machine
    reading : bool
        True lets files be opened for reading (Landlock then says which).
    pid : int
        The only process that signals may go to.
    """
    numbers = machine.calls
    fail, allow = _op(_RETURN, _ERRNO | _EPERM), _op(_RETURN, _ALLOW)
    rules = [_op(_LOAD, _ARCH), _op(_JUMP_EQUAL, machine.audit, 1, 0), _op(_RETURN, _KILL), _op(_LOAD, _NR)]
    rules += [_op(_JUMP_GREATER, 0x3FFFFFFF, 0, 1), _op(_RETURN, _KILL)]  # the x32 way in
    for name in ALLOWED:
        rules += _answer(name, numbers, allow)
    for name in DEADLY:
        rules += _answer(name, numbers, _op(_RETURN, _KILL))
    first, _second, third, fourth = (_ARGS + 8 * place for place in range(4))
    rules += _answer("clone3", numbers, _op(_RETURN, _ERRNO | _ENOSYS))
    rules += _answer("clone", numbers, _op(_LOAD, first), _op(_JUMP_AND, _THREAD, 0, 1), allow, fail)
    rules += _answer("prctl", numbers, _op(_LOAD, first), _op(_JUMP_EQUAL, _SET_NAME, 0, 1), allow, fail)
    wanted = [_op(_LOAD, _ARGS + 8)]
    for command in _DESCRIPTOR_COMMANDS:
        wanted += [_op(_JUMP_EQUAL, command, 0, 1), allow]
    rules += _answer("fcntl", numbers, *wanted, fail)
    own_thread = (_op(_LOAD, first), _op(_JUMP_EQUAL, 0, 0, 1), allow, fail)
    rules += _answer("sched_setaffinity", numbers, *own_thread)
    rules += _answer("tgkill", numbers, _op(_LOAD, first), _op(_JUMP_EQUAL, pid, 0, 1), allow, fail)
    asks = (_op(_LOAD, third), _op(_JUMP_EQUAL, 0, 0, 3), _op(_LOAD, third + 4), _op(_JUMP_EQUAL, 0, 0, 1), allow, fail)
    rules += _answer("prlimit64", numbers, *asks)
    if reading:
        return [*rules, *_reading(numbers, _op(_LOAD, third)), fail]
    own = (_op(_LOAD, fourth), _op(_JUMP_AND, _EMPTY_PATH, 0, 1), allow, _op(_RETURN, _ERRNO | _EACCES))
    return [*rules, *_answer("newfstatat", numbers, *own), fail]


def _reading(numbers: dict[str, int], flags: Rule) -> list[Rule]:
    """What may be asked about files where Landlock says which can be opened.

    CatBoost wants to know where its program and its folder lie before it trains, and without an answer waits for ever
    for its own threads. It is told that links lead nowhere (an empty name), and the folder, which is the root's.
    """
    allow, refuse = _op(_RETURN, _ALLOW), _op(_RETURN, _ERRNO | _EACCES)
    rules = _answer("openat", numbers, flags, _op(_JUMP_AND, _WRITING, 1, 0), allow, refuse)
    for name in ("newfstatat", "getcwd"):
        rules += _answer(name, numbers, allow)
    for name in ("readlink", "readlinkat"):
        rules += _answer(name, numbers, _op(_RETURN, _ERRNO | _NOTHING))
    return rules


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_char_p)]


def install(machine: Machine, reading: bool, pid: int) -> None:
    """Put the filter on every thread of this process, for good.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    rules = program(machine, reading, pid)
    packed = b"".join(struct.pack("<HBBI", *rule) for rule in rules)
    held = _Program(len(rules), packed)
    call("seccomp", 1, 1, ctypes.cast(ctypes.pointer(held), ctypes.c_void_p))
