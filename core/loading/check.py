"""What would the app say to this file? The very door of an upload, worker included, for the command line."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import ExplorerError, ModelError

MAX_FILE = 256 << 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file is accepted, and what it holds or why not, in one line."""

    loaded: bool
    message: str

    @property
    def word(self) -> str:
        """``loaded`` or ``refused``."""
        return "loaded" if self.loaded else "refused"


def check(source: str | Path | bytes, name: str = "") -> Verdict:
    """Put one file through the door.

    Parameters
    ----------
    source : path or bytes
    name : str
        Shown in messages; default: the file's name.

    Returns
    -------
    Verdict
        Never raises for what a file holds.
    """
    try:
        data, title = _content(source, name)
        return Verdict(True, _describe(data, title))
    except ExplorerError as error:
        return Verdict(False, _line(str(error)))


def check_lines(lines: Iterable[str]) -> Iterator[str]:
    """Answer each path with ``loaded`` or ``refused``, a tab and the message (``python -m core check -``)."""
    for line in lines:
        path = line.rstrip("\r\n")
        if path:
            verdict = check(path)
            yield f"{verdict.word}\t{verdict.message}"


def _content(source: str | Path | bytes, name: str) -> tuple[bytes, str]:
    """The file's bytes and its name."""
    if isinstance(source, bytes):
        return source, name or "upload"
    path = Path(source)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device would never end
            raise ModelError(f"'{path.name}' is no file.", "It is a folder, a pipe or a device.", "Check the path.")
        if facts.st_size > MAX_FILE:
            raise ModelError(f"'{path.name}' is too large.", f"{MAX_FILE >> 20} MB are allowed.")
        return path.read_bytes(), name or path.name
    except (OSError, ValueError) as error:
        raise ModelError(f"'{str(source)[:200]}' cannot be opened.", str(error)[:200], "Check the path.") from error


def _describe(data: bytes, name: str) -> str:
    """Open the file where uploads are opened and say what it holds."""
    from core.workers import protected
    from core.workers.examine import examine

    if protected():
        return _line(examine(data, name))
    from core.loading.uploads import open_upload

    model = open_upload(data, name)
    return _line(f"{model.kind}: {model.task}, {len(model.features)} columns")


def _line(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:1_000]
