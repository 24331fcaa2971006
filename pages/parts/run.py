"""What Streamlit runs now, and who asked for it: messages that come close together become one run.

A browser asks for a part of the page where a widget of that part was used, and for the whole page otherwise. What is
asked while a run is under way waits; of all that waits one run is made: of the whole page if any of it asks for that,
with the address that the latest message brought, and callbacks of all widgets that changed. A callback that then names
the parts which it wants drawn would take away what others asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from streamlit.errors import StreamlitAPIException
from streamlit.runtime.fragment import FragmentStorage
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState


def session() -> str:
    """One name for a visitor's session."""
    found = get_script_run_ctx()
    return found.session_id if found is not None else ""


def page() -> str:
    """One name for the page that runs."""
    found = get_script_run_ctx()
    return found.page_script_hash if found is not None else ""


def followed() -> bool:
    """True where the address is one that the visitor went back or forward to."""
    found = get_script_run_ctx()
    return found is not None and found.is_history_navigation


def by_part() -> bool:
    """True in a run of parts of the page, and in a callback of a widget that stands in one."""
    return bool(_parts()) or _caller() is not None


def whole_wanted() -> bool:
    """True in a callback of a part's widget when all of the page was asked for, too."""
    return _caller() is not None and not _parts()


def wanted_too(here: Iterable[str]) -> list[str]:
    """Those of the page's parts that this run was asked for by others than the widget whose callback this is."""
    found = get_script_run_ctx()
    others = _parts() - {_caller()}
    if found is None or not others:
        return []
    return [part for part in here if others & _ids(found.fragment_storage, part)]


def _ids(known: FragmentStorage, part: str) -> set[str]:
    """Streamlit's names of a keyed part; none where it was not drawn yet."""
    try:
        return set(known.resolve_target(part))
    except StreamlitAPIException:
        return set()


def _parts() -> set[str]:
    """Streamlit's names of the parts that run; none where the whole page does."""
    found = get_script_run_ctx()
    return set((found.fragment_ids_this_run if found is not None else None) or ())


def _caller() -> str | None:
    """Streamlit's name of the part in which the widget stands whose callback this is."""
    if get_script_run_ctx() is None or ThreadState.get().run_location is not RunLocation.CALLBACK:
        return None
    return ThreadState.get().fragment_id
