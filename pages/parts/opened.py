"""The session files that were opened in this visit, read once and shown together."""

from __future__ import annotations

from core import cache
from core.export.session import Session, from_session, joined


def sessions() -> Session | None:
    """Every session of this visit as one; None where there is none.

    Raises
    ------
    InputError
        If a file is not a sound session.
    """
    shelf = cache.uploads("session")
    if not shelf:
        return None
    held = cache.store(mine=True)
    parts = [held.get("session", key, lambda data=upload.data: from_session(data)) for key, upload in shelf.items()]
    return held.get("other", f"session.{'+'.join(shelf)}", lambda: joined(*parts))
