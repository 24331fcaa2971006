"""What would the app say to this file? The very door of an upload, worker included, for the command line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import ExplorerError, ModelError
from core.shown import printable

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
    except Exception as error:  # the last boundary: whoever asked gets one line for each file
        return Verdict(False, _line(f"It could not be examined: {type(error).__name__} {error}"))


def check_lines(lines: Iterable[str]) -> Iterator[str]:
    """Answer each path with ``loaded`` or ``refused``, a tab and the message (``python -m core check -``)."""
    for line in lines:
        path = line.removesuffix("\n")
        if path.endswith("\r") and not os.path.exists(path):  # lines of Windows; a name may end so, too
            path = path.rstrip("\r")
        if path:
            verdict = check(path)
            yield f"{verdict.word}\t{verdict.message}"


def _content(source: str | Path | bytes, name: str) -> tuple[bytes, str]:
    """The file's bytes and its name."""
    if isinstance(source, bytes):
        return source, name or "upload"
    path = Path(source)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a device can do things
            raise _no_file(path)
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # it was put in the place of the one looked at
                raise _no_file(path)
            data = file.read(MAX_FILE + 1)  # whatever its size is said to be
        if data is None:  # a file of the system, with nothing to say now
            raise _no_file(path)
        if len(data) > MAX_FILE:
            raise ModelError(f"'{path.name}' is too large.", f"{MAX_FILE >> 20} MB are allowed.")
        return data, name or path.name
    except (OSError, ValueError) as error:
        raise ModelError(f"'{str(source)[:200]}' cannot be opened.", str(error)[:200], "Check the path.") from error


def _no_file(path: Path) -> ModelError:
    """The refusal of what would never end."""
    return ModelError(f"'{path.name}' is no file.", "It is a folder, a pipe or a device.", "Check the path.")


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
    return " ".join(printable(text).split())[:1_000]
