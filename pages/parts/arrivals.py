"""Files that arrive: Streamlit keeps whatever an open visit sends, looked at or not, so that has its share, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from core import quota

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MOST = 100
"""Files of one visit."""


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
        raise HTTPException(413, "All visitors together have too many files open; try again later.")
