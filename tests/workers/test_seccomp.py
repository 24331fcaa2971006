"""The filter of system calls, run as the kernel runs it: what it lets pass, and that its numbers are the kernel's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.workers.lockdown import seccomp
from core.workers.lockdown.kernel import _MACHINES


@pytest.mark.parametrize("name", sorted(_MACHINES))
@pytest.mark.parametrize("reading", [False, True])
def test_the_filter_is_well_formed(name: str, reading: bool) -> None:
    """Every jump stays inside and the last word is a refusal."""
    rules = seccomp.program(_MACHINES[name], reading, 42)
    assert len(rules) < 4_096
    for position, (code, yes, no, _value) in enumerate(rules):
        if code in (0x15, 0x25, 0x45):
            assert position + 1 + max(yes, no) < len(rules)
    assert rules[-1][0] == 0x06
    assert rules[-1][3] >> 16 == 5


def run_filter(
    rules: list[tuple[int, int, int, int]], number: int, arguments: tuple[int, ...] = (), audit: int = 0
) -> int:
    """Interpret the filter for one call: an independent reading of its meaning."""
    words = {0: number, 4: audit}
    for place in range(6):
        value = arguments[place] if place < len(arguments) else 0
        words[16 + 8 * place], words[20 + 8 * place] = value & 0xFFFFFFFF, value >> 32
    held, at = 0, 0
    while True:
        code, yes, no, value = rules[at]
        at += 1
        if code == 0x20:
            held = words[value]
        elif code == 0x06:
            return value
        else:
            true = {0x15: held == value, 0x25: held > value, 0x45: bool(held & value)}[code]
            at += yes if true else no


@pytest.mark.parametrize("name", sorted(_MACHINES))
def test_the_filter_means_what_it_says(name: str) -> None:
    known = _MACHINES[name]
    allow, calls = 0x7FFF0000, known.calls

    def ask(call: str, *arguments: int, reading: bool = False) -> int:
        return run_filter(seccomp.program(known, reading, 42), calls[call], arguments, known.audit)

    assert ask("read") == allow
    assert ask("execve") == 0x80000000
    assert ask("clone", 0x00010000 | 0x100) == allow
    assert ask("clone", 17) != allow
    assert ask("clone3") == 0x00050000 | 38
    assert ask("tgkill", 42) == allow
    assert ask("tgkill", 1) != allow
    assert ask("prctl", 15) == allow
    assert ask("prctl", 22) != allow
    for command in range(2_000):
        assert (ask("fcntl", 5, command) == allow) == (command in (0, 1, 2, 3, 4, 1030)), command
    assert ask("sched_setaffinity", 0) == allow
    assert ask("sched_setaffinity", 1) != allow
    assert ask("prlimit64", 0, 0, 0) == allow
    assert ask("prlimit64", 0, 0, 1 << 40) != allow
    assert ask("openat", 0, 0, 0) != allow
    assert ask("openat", 0, 0, 0, reading=True) == allow
    links = ["readlinkat", *(["readlink"] if "readlink" in calls else [])]
    assert [ask(link, reading=True) for link in links] == [0x00050000] * len(links), "an empty name"
    assert 0x00050000 not in [ask(link) for link in links]
    assert ask("getcwd", reading=True) == allow
    assert ask("getcwd") != allow
    for flags in (1, 2, 0o100, 0o1000, 0o2000, 0o20000000):
        assert ask("openat", 0, 0, flags, reading=True) != allow
    assert run_filter(seccomp.program(known, True, 42), calls["read"], (), 0x1234) == 0x80000000
    assert run_filter(seccomp.program(known, True, 42), 0x40000000 | calls["read"], (), known.audit) == 0x80000000


HEADERS = {
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
}


def numbers_of(path: Path) -> dict[str, int]:
    """System calls and their numbers, as the kernel's own header defines them."""
    lines = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+|__NR3264_\w+)$", path.read_text(), re.MULTILINE)
    found = {name: int(value) for name, value in lines if value.isdigit()}
    for name, value in lines:
        if not value.isdigit() and value.removeprefix("__NR3264_") in found:
            found[name] = found[value.removeprefix("__NR3264_")]
    return found


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_the_numbers_are_those_of_the_kernels_headers(name: str) -> None:
    """ARM's 64-bit processors use the generic table: checked against the header, without such a machine."""
    path = next((Path(item) for item in HEADERS[name] if Path(item).exists()), None)
    if path is None:
        pytest.skip("the kernel's headers are not installed here")
    known, ours = numbers_of(path), _MACHINES[name].calls
    wrong = {call: (number, known.get(call)) for call, number in ours.items() if known.get(call) != number}
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(HEADERS))
@pytest.mark.parametrize("reading", [False, True])
def test_no_unlisted_call_passes(name: str, reading: bool) -> None:
    """Every number that the kernel's table has, through the filter, with arguments of all ones and none."""
    path = next((Path(item) for item in HEADERS[name] if Path(item).exists()), None)
    if path is None:
        pytest.skip("the kernel's headers are not installed here")
    known = _MACHINES[name]
    rules, allow = seccomp.program(known, reading, 42), 0x7FFF0000
    conditional = ["clone", "prctl", "tgkill", "prlimit64", "fcntl", "sched_setaffinity", "newfstatat", "openat"]
    conditional += ["getcwd"] * reading
    may = {known.calls[call] for call in (*seccomp.ALLOWED, *conditional) if call in known.calls}
    for call, number in numbers_of(path).items():
        answers = {run_filter(rules, number, (value,) * 6, known.audit) for value in (0, (1 << 64) - 1)}
        if number not in may:
            assert allow not in answers, call
