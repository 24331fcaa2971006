"""What a locked process cannot do, tried for real in processes of their own, with and without Landlock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.workers.lockdown.kernel import machine

pytestmark = pytest.mark.skipif(sys.platform != "linux" or machine() is None, reason="needs Linux on a known processor")

ROOT = str(Path(__file__).resolve().parents[2])
SCRIPT = """
import sys, os, json
sys.path.insert(0, sys.argv[1])
import socket, ctypes, fcntl, threading, mmap, time, resource
from core.workers.lockdown import Terms, library_folders, lock
landlock, attempts, marker = sys.argv[2] == "1", sys.argv[3], sys.argv[4]
import core.workers.lockdown.audit as audit
os.chdir("/usr")
if sys.argv[5] == "1":
    audit.install = lambda report: None
answers = {}
for attempt in attempts.split(","):
    read, write = os.pipe()
    mother = os.getpid()
    pid = os.fork()
    if pid == 0:
        terms = Terms(256 << 20, 20, library_folders() if landlock else ())
        layers = lock((write,), write, mother, terms)
        os.write(write, (json.dumps([[l.name, l.active, l.detail] for l in layers]) + "\\n").encode())
        libc = ctypes.CDLL(None, use_errno=True)
        def ask_link(path):
            buffer = ctypes.create_string_buffer(100)
            return libc.readlink(path, buffer, 100), buffer.value.decode()
        def thread():
            found = []
            t = threading.Thread(target=found.append, args=(1,)); t.start(); t.join(); return found
        ATTEMPTS = {
            "nothing": lambda: 1,
            "thread": thread,
            "write": lambda: open(marker, "w").close(),
            "append": lambda: os.open(marker, os.O_WRONLY | os.O_APPEND),
            "create": lambda: os.open(marker, os.O_RDONLY | os.O_CREAT),
            "read-hosts": lambda: open("/etc/passwd").read()[:5],
            "read-home": lambda: os.listdir(os.path.expanduser("~")),
            "read-proc": lambda: open("/proc/1/environ", "rb").read(),
            "own-size": lambda: len(open("/proc/self/statm").read().split()),
            "own-place": lambda: [ask_link(b"/proc/self/exe"), os.getcwd()],
            "other-size": lambda: open(f"/proc/{mother}/statm").read(),
            "own-memory": lambda: os.open("/proc/self/mem", os.O_RDONLY),
            "size-written": lambda: os.open("/proc/self/statm", os.O_WRONLY),
            "size-climbed": lambda: [os.open("../1/environ", os.O_RDONLY, dir_fd=fd) for fd in range(3, 12)],
            "mkdir": lambda: os.mkdir(marker),
            "socket": lambda: socket.socket(),
            "unix": lambda: socket.socket(socket.AF_UNIX),
            "pair": lambda: socket.socketpair(),
            "fork": lambda: os.fork(),
            "exec": lambda: os.execv("/bin/true", ["true"]),
            "system": lambda: os.system("touch " + marker),
            "kill": lambda: os.kill(mother, 0),
            "memory": lambda: len(bytearray(8 << 30)),
            "ptrace": lambda: libc.ptrace(0, 0, 0, 0),
            "unlock": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
            "dup-out": lambda: os.write(1, b"x") and 0 or 1,
            "users": lambda: os.setuid(0) or 1 / 0,
            "signal-owner": lambda: fcntl.fcntl(write, fcntl.F_SETOWN, mother),
            "signal-kind": lambda: fcntl.fcntl(write, 10, 9),
            "signal-owner-ex": lambda: fcntl.fcntl(write, 15, bytes(8)),
            "affinity": lambda: os.sched_setaffinity(mother, {0}),
        }
        try:
            found = ATTEMPTS[attempt]()
            result = ["did", repr(found)[:80]]
        except BaseException as error:
            result = ["failed", type(error).__name__ + ": " + str(error)[:80]]
        os.write(write, (json.dumps(result) + "\\n").encode())
        os._exit(0)
    os.close(write)
    data = b""
    while chunk := os.read(read, 65536):
        data += chunk
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    answers[attempt] = {"lines": data.decode("utf-8", "replace").splitlines(), "status": status}
print(json.dumps(answers))
"""


EVERYTHING = (
    *("thread", "write", "append", "create", "read-hosts", "read-home", "read-proc", "mkdir", "socket", "unix", "pair"),
    *("fork", "kill", "memory", "unlock", "users", "exec", "ptrace", "system"),
    *("signal-owner", "signal-kind", "signal-owner-ex", "affinity"),
    *("own-size", "own-place", "other-size", "own-memory", "size-written", "size-climbed"),
)


@cache
def tried(landlock: bool, audit: bool) -> tuple[dict[str, Any], bool]:
    """Lock one process for each attempt and let it try; also whether any of them left a file."""
    with tempfile.TemporaryDirectory() as folder:
        marker = Path(folder) / "marker"
        Path(folder).chmod(0o777)
        arguments = [ROOT, str(int(landlock)), ",".join(EVERYTHING), str(marker), str(int(not audit))]
        done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, timeout=600)
        return json.loads(done.stdout), marker.exists()


@pytest.mark.parametrize("landlock", [False, True])
def test_layers_are_on_and_computing_works(landlock: bool) -> None:
    found = tried(landlock, False)[0]["thread"]
    layers = {name: active for name, active, _ in json.loads(found["lines"][0])}
    assert layers["system calls"]
    assert layers["privileges"]
    assert layers["limits"]
    assert layers["descriptors"]
    assert json.loads(found["lines"][1]) == ["did", "[1]"]
    assert found["status"] == 0


FORBIDDEN = ("write", "append", "create", "read-hosts", "read-home", "read-proc", "mkdir", "socket", "unix", "pair")
FORBIDDEN += ("fork", "kill", "memory", "unlock", "users")
FORBIDDEN += ("signal-owner", "signal-kind", "signal-owner-ex", "affinity")  # ways to reach the app's own process
FORBIDDEN += ("other-size", "own-memory", "size-written", "size-climbed")  # more than its own size


@pytest.mark.parametrize("landlock", [False, True])
@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_kernel_refuses_without_the_audit_hook(what: str, landlock: bool) -> None:
    answers, left = tried(landlock, False)
    found = answers[what]
    assert json.loads(found["lines"][1])[0] == "failed", found
    assert not left


def test_with_landlock_a_process_may_read_its_own_size_and_is_told_no_place() -> None:
    """What CatBoost asks before it trains: links lead nowhere."""
    answers = tried(True, False)[0]
    assert json.loads(answers["own-size"]["lines"][1]) == ["did", "7"]
    assert json.loads(answers["own-place"]["lines"][1]) == ["did", "[(0, ''), '/usr']"]
    shut = tried(False, False)[0]
    assert json.loads(shut["own-size"]["lines"][1])[0] == "failed"
    assert json.loads(shut["own-place"]["lines"][1])[0] == "failed"


@pytest.mark.parametrize("what", ["exec", "ptrace"])
def test_starting_a_program_ends_the_process(what: str) -> None:
    found = tried(False, False)[0][what]
    assert len(found["lines"]) == 1
    assert found["status"] == -31  # SIGSYS


def test_a_shell_command_does_not_run() -> None:
    answers, left = tried(True, False)
    assert answers["system"]["status"] in (0, -31)
    assert not left


@pytest.mark.parametrize(("what", "event"), [("write", "open"), ("system", "os.system"), ("socket", "socket.__new__")])
def test_the_audit_hook_ends_the_process_and_names_the_event(what: str, event: str) -> None:
    found = tried(True, True)[0][what]
    assert found["status"] == 86
    assert found["lines"][1] == event


TROUBLES = {
    "low limits": "import resource\nfor k in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC): "
    "resource.setrlimit(k, (32, 32)) if k == resource.RLIMIT_NOFILE else resource.setrlimit(k, (4000, 4000))",
    "another user": "import os\nos.setgroups([]); os.setgid(65534); os.setuid(65534)",
    "no new privileges already": "import ctypes\nctypes.CDLL(None).prctl(38, 1, 0, 0, 0)",
    "no capabilities": "import ctypes\n[ctypes.CDLL(None).prctl(24, n, 0, 0, 0) for n in range(41)]",
}
TOLD = """
import sys, os, json
sys.path.insert(0, sys.argv[1])
from core.workers.lockdown import Terms, library_folders, lock
import codecs
folders, _ = library_folders(), codecs.lookup("ascii")  # found while this user may still read them
exec(sys.argv[2])
for landlock in (False, True):
    read, write = os.pipe()
    mother = os.getpid()
    if os.fork() == 0:
        try:
            layers = lock((write,), write, mother, Terms(64 << 20, 20, folders if landlock else ()))
            answer = {l.name: l.active for l in layers}
            try:
                open("/etc/hostname").read()
                answer["read"] = True
            except OSError:
                answer["read"] = False
            os.write(write, json.dumps(answer).encode())
        except BaseException as error:
            os.write(write, json.dumps({"error": repr(error)}).encode())
        os._exit(0)
    os.close(write)
    print(os.fdopen(read, "rb").read().decode())
    os.wait()
"""


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_every_layer_that_works_there_is_got(trouble: str) -> None:
    """As another user, under low limits, without capabilities: what is needed holds all the same."""
    if trouble == "another user" and os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    command = [sys.executable, "-c", TOLD, ROOT, TROUBLES[trouble]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 2, done.stderr
    for answer in answers:
        assert "error" not in answer
        assert all(answer[layer] for layer in ("system calls", "privileges", "limits", "descriptors", "audit hook"))
        assert not answer["read"]


def test_without_proc_the_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some containers hide it: the address space is then bounded from a guess."""
    from core.workers.lockdown import limits

    def hidden(*_given: object, **_named: object) -> object:
        raise FileNotFoundError("/proc")

    assert 0 < limits._held() < 1 << 44
    monkeypatch.setattr("builtins.open", hidden)
    assert limits._held() == 4 << 30
