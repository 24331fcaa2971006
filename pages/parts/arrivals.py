"""Files that arrive: Streamlit keeps whatever an open visit sends, looked at or not, so that has its share, too.

On their way they lie in memory, bounded for all visitors together: the server would put each file of over a megabyte
into a temporary file on disk.
"""

from __future__ import annotations

import io
import threading
import weakref
from typing import TYPE_CHECKING

from starlette import formparsers
from starlette.exceptions import HTTPException

from core import quota

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MOST = 100
"""Files of one visit."""
_FULL = "All visitors together have too many files open; try again later."
_ON_THEIR_WAY: weakref.WeakSet[Arriving] = weakref.WeakSet()
_LOCK = threading.Lock()


class Arriving:
    """A file on its way, with what the server asks of one."""

    def __init__(self, max_size: int = 0) -> None:
        self.size = 0
        self._bytes = io.BytesIO()
        self.read, self.seek = self._bytes.read, self._bytes.seek
        with _LOCK:
            _ON_THEIR_WAY.add(self)

    def write(self, data: bytes) -> int:
        """Take a part; 413 where all that are on their way are too much."""
        with _LOCK:
            if sum(file.size for file in _ON_THEIR_WAY) + len(data) > quota.ALL:
                raise HTTPException(413, _FULL)
            self.size += len(data)
        return self._bytes.write(data)

    def close(self) -> None:
        """Let go of what arrived."""
        self._bytes.close()
        self.size = 0


def bound(files: MemoryUploadedFileManager) -> None:
    """Hold what arrives from now on against the share of its visit, whose oldest files leave, and of all visitors.

    Parameters
    ----------
    files : MemoryUploadedFileManager
        Where the server puts files; the app's own copies of those that a page has read stay.
    """
    add = files.add_file

    def add_within(session_id: str, file: UploadedFileRec) -> None:
        _make_room(files, session_id, len(file.data))
        add(session_id, file)

    files.add_file = add_within  # type: ignore[method-assign]
    formparsers.SpooledTemporaryFile = Arriving  # type: ignore[attr-defined]


def _make_room(files: MemoryUploadedFileManager, session_id: str, size: int) -> None:
    """Let the oldest files of a visit go; 413 where all visitors together have too many."""
    own = {key: len(file.data) for key, file in list(files.file_storage.get(session_id, {}).items())}
    for key in list(own):
        if len(own) < MOST and sum(own.values()) + size <= quota.OWN_FILES:
            break
        files.remove_file(session_id, key)
        del own[key]
    held = sum(len(file.data) for kept in list(files.file_storage.values()) for file in list(kept.values()))
    if held + size > quota.ALL:
        raise HTTPException(413, _FULL)
