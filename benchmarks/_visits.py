"""A visitor without a browser: speaks the app's protocol over a websocket, so that only the server's work counts."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE = 120
ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(slots=True)
class Taken:
    """What came of one question.

    Attributes
    ----------
    plot, done : float
        Seconds until the force plot's data had come, and until the run had ended; ``plot`` is 0 when none came.
    size : int
        Bytes received.
    """

    plot: float = 0.0
    done: float = 0.0
    size: int = 0


@dataclass(slots=True)
class Visitor:
    """One visit; call ``open`` first.

    Attributes
    ----------
    widgets : dict
        Id of each widget seen, by its key.
    parts : dict
        Fragment of each widget, by its key.
    cached : set of str
        Hashes of the messages that the server may refer to, as a browser keeps them.
    row : int
        The instance that the plot shows.
    faults : list of str
        What the pages said in red.
    """

    socket: ClientConnection
    query: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    plots: set[str] = field(default_factory=set)
    page: str = ""
    row: int = -1
    faults: list[str] = field(default_factory=list)

    def ask(self, key: str = "", **state: Any) -> Taken:
        """Send a rerun, with the new state of one widget, and read until the run has ended."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self.query, self.page
        asked.cached_message_hashes.extend(self.cached)
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en-US"
        if key:
            asked.fragment_id = self.parts[key]
            widget = asked.widget_states.widgets.add(id=self.widgets[key])
            for name, value in state.items():
                setattr(widget, name, value)
        started = time.perf_counter()
        self.socket.send(message.SerializeToString())
        return self._read(started)

    def _read(self, started: float) -> Taken:
        """Read messages until the run has ended."""
        taken = Taken()
        while True:
            data = self.socket.recv(PATIENCE)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            taken.size += len(data)
            kind = message.WhichOneof("type")
            shown = message.ref_hash in self.plots or (kind == "delta" and self._heard(message))
            if message.hash and message.metadata.cacheable:
                self.cached.add(message.hash)
                if shown:
                    self.plots.add(message.hash)
            if shown:
                taken.plot = time.perf_counter() - started
            elif kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished in ENDED:
                taken.done = time.perf_counter() - started
                return taken

    def _heard(self, message: ForwardMsg) -> bool:
        """Note a widget's id and part; True for the force plot."""
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return False
        inner = getattr(element, kind)
        if kind == "exception" or (kind == "alert" and inner.format == Alert.ERROR):
            self.faults.append(str(inner)[:300])
        name = getattr(inner, "id", "")
        if not name.startswith("$$ID-"):
            return False
        key = name.split("-", 2)[2]
        self.widgets[key], self.parts[key] = name, message.delta.fragment_id
        if kind == "bidi_component" and key == "force":
            shown = json.loads(inner.json)
            self.row = int(shown["rows"][shown["at"]]["row"])
            return True
        return False


def opened(port: int, query: str = "") -> Visitor:
    """A visitor whose first page is drawn."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    socket = connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None).__enter__()  # until it is closed
    visitor = Visitor(socket, query)
    visitor.ask()
    return visitor
