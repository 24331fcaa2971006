"""The third layer: Python's own audit events. It detects; the kernel's layers prevent."""

from __future__ import annotations

import os
import sys
from typing import Any

EXIT = 86
"""Exit status of a worker that tried something."""

_NEVER = frozenset(
    (
        *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"),
        *("subprocess.Popen", "socket.connect", "socket.bind", "socket.sendto", "socket.__new__"),
        *("socket.getaddrinfo", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown"),
        *("os.link", "os.symlink", "os.truncate", "os.kill", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
        *("pickle.find_class", "webbrowser.open", "urllib.Request", "http.client.connect", "ftplib.connect"),
        *("smtplib.connect", "sqlite3.connect"),
    )
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def install(report: int) -> None:
    """End this process at the first event that no model needs.

    Parameters
    ----------
    report : int
        A pipe; the name of the event is written there before the end.
    """

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in _NEVER or (event == "open" and _is_writing(args)):
            os.write(report, event.encode()[:60])
            os._exit(EXIT)

    sys.addaudithook(hook)


def _is_writing(args: tuple[Any, ...]) -> bool:
    """True for an ``open`` event that would change a file."""
    mode = args[1] if len(args) > 1 else None
    flags = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
    return bool(flags & _WRITES) or (isinstance(mode, str) and any(letter in mode for letter in "wax+"))
