"""``python -m core check``: one line and one verdict a file, whatever the file or its name does."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.loading.check import check, check_lines
from core.workers import examine as door

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
ROOT = Path(__file__).resolve().parents[2]
X = np.random.default_rng(0).normal(size=(30, 3))
GOOD = pickle.dumps(LogisticRegression().fit(X, X[:, 0] > 0))
EVIL = b"cos\nsystem\n(X\x01\x00\x00\x00xtR."


def run(argument: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command, as a person starts it."""
    command = [sys.executable, "-m", "core", "check", argument]
    return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, timeout=300, check=False)


def test_one_file_ends_with_its_own_status(tmp_path: Path) -> None:
    good, evil = tmp_path / "good.pkl", tmp_path / "evil.pkl"
    good.write_bytes(GOOD)
    evil.write_bytes(EVIL)
    done = run(str(good))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"LogisticRegression: binary, 3 columns")
    done = run(str(evil))
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"os.system" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_many_files_get_one_line_each_in_their_order(tmp_path: Path) -> None:
    """Names with tabs, control characters, half characters; a pipe, a folder, a device, a file that is not there."""
    paths: list[bytes] = []
    for name, content in (
        (b"plain.pkl", GOOD),
        (b"tab\there.pkl", EVIL),
        (b"bell\x07\x1b[31mred.pkl", EVIL),
        (b"half\xff\xfe.pkl", EVIL),
        ("right\u202eto left.pkl".encode(), EVIL),
        (b"<b>bold.pkl", EVIL),
        (b"empty.pkl", b""),
        (b"last.pkl", GOOD),
    ):
        path = os.path.join(os.fsencode(tmp_path), name)
        Path(os.fsdecode(path)).write_bytes(content)
        paths.append(path)
    os.mkfifo(tmp_path / "pipe.pkl")
    paths += [os.fsencode(tmp_path / "pipe.pkl"), os.fsencode(tmp_path), b"/dev/zero", b"not there", paths[0]]
    done = run("-", b"\n".join(paths) + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode("utf-8").split("\n")
    assert lines.pop() == ""
    words = [line.split("\t")[0] for line in lines]
    assert words == ["loaded", *["refused"] * 6, "loaded", *["refused"] * 4, "loaded"]
    assert all(line.count("\t") == 1 and line.split("\t")[1] for line in lines)
    assert all(char.isprintable() for line in lines for char in line.replace("\t", ""))


def test_lines_of_windows_and_names_that_end_like_them(tmp_path: Path) -> None:
    for name in ("plain.pkl", "odd.pkl\r"):
        (tmp_path / name).write_bytes(GOOD)
    lines = [f"{tmp_path}/plain.pkl\r\n", f"{tmp_path}/odd.pkl\r\n", f"{tmp_path}/odd.pkl\n", "\r\n", "\n"]
    assert [answer.split("\t")[0] for answer in check_lines(lines)] == ["loaded", "loaded", "refused"]


def test_nothing_is_asked_where_nothing_can_be_read() -> None:
    """A service without standard input; a person who breaks off while it waits for the next line."""
    command = [sys.executable, "-m", "core", "check", "-"]
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    done = subprocess.run(closed, capture_output=True, cwd=ROOT, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background ignores it
    try:
        begun = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, cwd=ROOT, start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with begun:
        assert begun.stdin is not None
        assert begun.stdout is not None
        assert begun.stderr is not None
        begun.stdin.write(b"not there\n")
        begun.stdin.flush()
        assert begun.stdout.readline().startswith(b"refused\t")
        for _ in range(15):  # a signal just before Python begins to wait for a line does not end the wait
            if begun.poll() is None:
                os.killpg(begun.pid, signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    begun.wait(timeout=20)
        assert begun.stderr.read() == b""
        assert begun.returncode == 130


def test_a_file_is_read_no_further_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever size it is said to have: files of the system say nought and may go on without end."""
    monkeypatch.setattr("core.loading.check.MAX_FILE", len(GOOD))
    good, long = tmp_path / "good.pkl", tmp_path / "long.pkl"
    good.write_bytes(GOOD)
    long.write_bytes(GOOD + b"x")
    assert check(good).loaded
    assert "too large" in check(long).message
    if Path("/proc/self/maps").exists():
        assert not check("/proc/self/maps").loaded


def test_what_goes_wrong_outside_the_door_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> object:
        raise OSError("no more descriptors")

    monkeypatch.setattr(door.pool, "take", broken)
    verdict = check(GOOD, "m.pkl")
    assert not verdict.loaded
    assert "no more descriptors" in verdict.message


def test_a_file_that_ends_its_worker_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    original = door.pool.take

    def killed(*given: object) -> object:
        place = original(*given)  # type: ignore[arg-type]  # passed on as it came
        assert place.client.channel is not None
        os.kill(place.client.channel.pid, 9)
        return place

    assert check(GOOD, "m.pkl").loaded
    with monkeypatch.context() as patch:
        patch.setattr(door.pool, "take", killed)
        verdict = check(GOOD, "m.pkl")
    assert not verdict.loaded
    assert "process was stopped" in verdict.message
    assert check(GOOD, "m.pkl").loaded


def test_a_further_file_costs_far_less_than_the_first() -> None:
    """Each file gets a process of its own, but the libraries are imported once."""
    from core.workers import stop_parent

    stop_parent()
    start = time.monotonic()
    check(GOOD, "m.pkl")
    first = time.monotonic() - start
    start = time.monotonic()
    for _ in range(10):
        check(GOOD, "m.pkl")
    assert (time.monotonic() - start) / 10 < first / 4
