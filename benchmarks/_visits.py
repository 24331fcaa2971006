"""A visitor without a browser: speaks the app's protocol over a websocket, so that only the server's work counts."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from google.protobuf.message import Message
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
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
    place : str
        Name of the page that is open; empty for the first.
    row : int
        The instance that the plot shows.
    faults : list of str
        What the pages said in red.
    words : list of str
        What they said in a box.
    """

    socket: ClientConnection
    query: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    plots: set[str] = field(default_factory=set)
    page: str = ""
    session: str = ""
    place: str = ""
    row: int = -1
    faults: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def ask(self, key: str = "", **state: Any) -> Taken:
        """Send a rerun, with the new state of one widget, and read until the run has ended."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self.query, self.page
        asked.page_name = "" if self.page else self.place
        asked.cached_message_hashes.extend(self.cached)
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en-US"
        if key:
            asked.fragment_id = self.parts[key]
            widget = asked.widget_states.widgets.add(id=self.widgets[key])
            for name, value in state.items():
                if isinstance(value, Message):
                    getattr(widget, name).CopyFrom(value)
                else:
                    setattr(widget, name, value)
        started = time.perf_counter()
        self.socket.send(message.SerializeToString())
        return self._read(started)

    def upload(self, key: str, name: str, data: bytes, address: str) -> Taken:
        """Give a file to an uploader: ask where to, send it there, tell the page."""
        message = BackMsg()
        wanted = message.file_urls_request
        wanted.request_id, wanted.session_id = name, self.session
        wanted.file_names.append(name)
        self.socket.send(message.SerializeToString())
        while True:
            data_in = self.socket.recv(PATIENCE)
            assert isinstance(data_in, bytes)
            answer = ForwardMsg.FromString(data_in)
            if answer.WhichOneof("type") == "file_urls_response":
                break
        urls = answer.file_urls_response.file_urls[0]
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        url = f"{address}{urls.upload_url}"
        with urllib.request.urlopen(urllib.request.Request(url, body, kind, method="PUT"), timeout=PATIENCE):
            pass
        state = FileUploaderState()
        state.uploaded_file_info.add(name=name, size=len(data), file_id=urls.file_id).file_urls.CopyFrom(urls)
        return self.ask(key, file_uploader_state_value=state)

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
                self.session = message.new_session.initialize.session_id
            elif kind == "navigation":
                self.page = message.navigation.page_script_hash
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
        if kind == "alert":
            self.words.append(inner.body)
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


def opened(port: int, query: str = "", place: str = "") -> Visitor:
    """A visitor whose first page is drawn."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    socket = connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None).__enter__()  # until it is closed
    visitor = Visitor(socket, query, place=place)
    visitor.ask()
    return visitor
