"""The processes in which uploads live: a clean parent started by exec, one locked child per upload."""

from core.workers.launch import protected, protections
from core.workers.launch import stop as stop_parent
from core.workers.pool import alive, close_all
from core.workers.remote import RemoteModel, open_model
from core.workers.tables import open_table

__all__ = [
    "RemoteModel",
    "alive",
    "close_all",
    "open_model",
    "open_table",
    "protected",
    "protections",
    "stop_parent",
    "warm",
]


def warm() -> None:
    """Start the parent in the background, so that the first upload does not wait for its imports."""
    import threading

    threading.Thread(target=protections, name="warm workers", daemon=True).start()
