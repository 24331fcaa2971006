"""Our door beside what others look at pickles with: how many hostile files run, how many honest ones are refused.

Every pickle and joblib file of our two corpora: ``tests/security/hostile*.py`` and ``tests/security/zoo.py``. What a
tool lets through is then loaded plainly, as one who trusts the tool would, in a process of its own; the files' payloads
touch a marker. The scanners live in an environment of their own (``requirements-scanners.txt``), named in ``SCANNERS``.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks._paired import table
from core.loading.check import check
from core.workers import close_all

HERE = Path(__file__).resolve().parent
ENDINGS = (".pkl", ".joblib")
SECONDS, MEMORY = 10, 4 << 30
OURS, PLAIN = "python -m core check", "plain loading"


def write(folder: Path, marker: Path) -> tuple[list[Path], list[Path]]:
    """Both corpora as files: hostile and honest."""
    from tests.security import corpus, zoo

    (folder / "hostile").mkdir()
    (folder / "honest").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in corpus.cases(marker):
            (folder / "hostile" / name).write_bytes(data)
        with contextlib.redirect_stdout(io.StringIO()):
            zoo.write(folder / "honest")
    _clear(marker)
    found = [sorted(p for p in (folder / kind).iterdir() if p.suffix in ENDINGS) for kind in ("hostile", "honest")]
    return found[0], found[1]


def scanned(paths: list[Path], interpreter: str) -> Iterator[dict[str, str]]:
    """First the versions of the scanners, then what each says to each file."""
    command = [interpreter, str(HERE / "_scan_child.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
        for path in paths:
            child.stdin.write(f"{path}\n")
            child.stdin.flush()
            yield json.loads(child.stdout.readline())


def _load(path: str) -> None:
    """Load plainly, with limits, in this throw-away process."""
    import pickle

    import joblib

    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for standard in range(3):  # some of the files start a debugger
        os.dup2(os.open(os.devnull, os.O_RDWR), standard)
    os.chdir(tempfile.mkdtemp())
    try:
        joblib.load(path)
    except BaseException:
        with open(path, "rb") as file:
            pickle.load(file)


def runs(path: Path, marker: Path) -> bool:
    """Whether loading the file plainly touches the marker."""
    _clear(marker)
    child: Any = multiprocessing.get_context("fork").Process(target=_load, args=(str(path),))
    child.start()
    child.join(2 * SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
    ran = marker.exists()
    _clear(marker)
    return ran


def _clear(marker: Path) -> None:
    """Take the marker away, whatever the file has made of it."""
    if marker.is_dir() and not marker.is_symlink():
        shutil.rmtree(marker)
    marker.unlink(missing_ok=True)


def compare(hostile: list[Path], honest: list[Path], marker: Path, interpreter: str) -> list[list[str]]:
    """A row per tool: hostile files that run, hostile files let through, honest files refused."""
    executes = {path: runs(path, marker) for path in hostile}
    answers = scanned([*hostile, *honest], interpreter)
    names = {PLAIN: "", **next(answers), OURS: ""}
    ran, let, lost = Counter[str](), Counter[str](), Counter[str]()
    for place, said in enumerate(answers):
        path = [*hostile, *honest][place]
        ours = "clean" if check(path).loaded else "refused"
        if marker.exists():
            raise SystemExit(f"{path.name} ran in our own door.")
        for name, verdict in {**said, PLAIN: "clean", OURS: ours}.items():
            if place >= len(hostile):
                lost[name] += verdict == "refused"
            elif verdict != "refused":
                let[name] += 1
                ran[name] += executes[path] and name != OURS
    close_all()
    return [
        [f"{name} {number}".strip(), str(ran[name]), str(let[name]), f"{lost[name]} ({lost[name] / len(honest):.1%})"]
        for name, number in names.items()
    ]


def main() -> None:
    """Print the table."""
    interpreter = os.environ.get("SCANNERS", str(HERE.parent / ".venv-scanners" / "bin" / "python"))
    if not Path(interpreter).exists():
        print("No scanners here: install requirements-scanners.txt in an environment and name its Python in SCANNERS.")
        return
    with tempfile.TemporaryDirectory() as folder:
        marker = Path(folder) / "marker"
        hostile, honest = write(Path(folder), marker)
        rows = compare(hostile, honest, marker, interpreter)
    print(f"{len(hostile)} hostile and {len(honest)} honest files; scikit-learn {version('scikit-learn')}\n")
    print(table(["tool", "hostile files that ran", "hostile files let through", "honest files refused"], rows))
