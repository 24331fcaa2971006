"""ONNX: the protobuf is walked before onnxruntime sees it; no external data, no foreign operators."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from core.errors import ModelError
from core.loading.formats.tree_checks import damaged

_DOMAINS = (b"", b"ai.onnx", b"ai.onnx.ml")
_DEPTH = 20
MAX_FIELDS = 1_000_000
_SPARSE, _TRAINING, _FUNCTIONS = 15, 20, 25
_MODES = b"|".join(b"%c%s" % (len(word), word) for word in (
    b"LEAF", b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GTE", b"BRANCH_GT", b"BRANCH_EQ", b"BRANCH_NEQ"))  # fmt: skip
_ROWS = re.compile(
    rb"(?:\x3d[\x00-\xff]{4}){8,}+|(?:\x40[\x80-\xff]{0,9}+[\x00-\x7f]){8,}+|(?:\x4a(?:" + _MODES + rb")){8,}+"
)
"""Floats (field 7), whole numbers (8) and kinds of tree nodes (9) of an attribute, many in a row."""
MAX_TURNS, MAX_LOOPS = 1_000_000, 2
"""Turns of a loop that the file fixes itself, and loops in one another."""
_LOOPS = (b"Loop", b"Scan")
_LABELS = (b"classlabels_strings", b"classlabels_int64s", b"classlabels_ints")


@dataclass(slots=True)
class _File:
    """A file under the check: its name, for messages, and how many parts of it may still be looked at.

    ``whole`` are the single whole numbers that it holds, by name, ``turns`` the names of what its loops count to, and
    ``loops`` is how many loops are around the part that is looked at.
    """

    name: str
    left: int = MAX_FIELDS
    loops: int = 0
    whole: dict[bytes, int] = made(default_factory=dict)
    turns: set[bytes] = made(default_factory=set)

    def fields(self, data: bytes, every: bool = True) -> Iterator[tuple[int, bytes | int]]:
        """The fields of a protobuf message: number and content.

        A forest is millions of numbers, each a field of its own: without ``every``, those in a row are left out.
        """
        at = 0
        while at < len(data):
            self.left -= 1
            if self.left < 0:
                raise ValueError(f"it has more than {MAX_FIELDS:,} parts")
            if not every and (row := _ROWS.match(data, at)):
                at = row.end()
                continue
            key, at = _varint(data, at)
            if key >= 1 << 32:  # protobuf would drop the upper bits and see another field
                raise ValueError("a field's number is out of bounds")
            field, wire = key >> 3, key & 7
            if wire == 0:
                value, at = _varint(data, at)
                yield field, value
                continue
            if wire == 2:
                size, at = _varint(data, at)
            elif wire in (1, 5):
                size = 8 if wire == 1 else 4
            else:
                raise ValueError(f"a field of unknown kind {wire}")
            if field == 0 or at + size > len(data):
                raise ValueError("a field reaches past the end")
            yield field, data[at : at + size]
            at += size


def load(data: bytes, name: str) -> tuple[Any, tuple[str, ...] | None]:
    """Check the graph and open it; returns an ``onnxruntime.InferenceSession`` and the class names it keeps.

    Raises
    ------
    ModelError
        If it is damaged, reaches outside itself, or onnxruntime is not installed.
    """
    labels = _check(data, name)
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded; nothing is sent home
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"'{name}' is an ONNX model, and onnxruntime is not installed here.",
            "It is one of the optional formats.",
            "Install it: pip install onnxruntime.",
        ) from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a dozen classes of its own without a common root
        raise damaged(name, f"ONNX Runtime cannot read it: {told(error)}") from error
    return session, labels


def told(error: Exception) -> str:
    """What ONNX Runtime says of a model; or, where it names its own source only, of which operator."""
    message = " ".join(str(error).split())
    if not re.search(r"::|\.cc:|\.h:", message):
        return message[-150:]
    found = re.search(r"[Rr]unning (\w+) node|Op \((\w+)\)|(TreeEnsemble|SVM|Linear|Scaler|Loop|Scan|If)", message)
    operator = next((part for part in found.groups() if part), "") if found else ""
    return f"the parts {f'of its operator {operator} ' if operator else ''}do not fit each other"


def _check(data: bytes, name: str) -> tuple[str, ...] | None:
    """Walk model, graphs, nodes and tensors; returns the class labels of a classifier node."""
    if data[4:8] == b"ORTM":  # ONNX Runtime would read these bytes as its own format, whatever else they are
        raise damaged(name, "It is written in ONNX Runtime's own form, not in ONNX")
    file = _File(name)
    try:
        parts = [(field, part) for field, part in file.fields(data) if isinstance(part, bytes)]
        graphs = [part for field, part in parts if field == 7]
        if len(graphs) != 1:
            raise damaged(name, "It holds no graph, so it is no ONNX model")
        if any(field == _TRAINING for field, _ in parts):
            raise damaged(name, "It holds graphs for training")
        for function in (part for field, part in parts if field == _FUNCTIONS):
            _function(function, file)
        found = list(_graph(graphs[0], file, 0))
        if any(not name or not 0 <= file.whole.get(name, 0) <= MAX_TURNS for name in file.turns):
            raise damaged(name, f"A loop in it has no end within {MAX_TURNS:,} turns")
    except ValueError as error:
        raise damaged(name, f"It is no complete ONNX model: {error}") from error
    return found[0] if found else None


def _function(function: bytes, file: _File) -> None:
    """Check the operators of a function that the file defines itself."""
    for field, part in file.fields(function):
        if field == 7 and isinstance(part, bytes):
            list(_node(part, file, 1))


def _graph(graph: bytes, file: _File, depth: int) -> Iterator[tuple[str, ...]]:
    """Check one graph; yields the class labels that its nodes keep."""
    if depth > _DEPTH:
        raise ValueError("graphs are nested too deeply")
    for field, part in file.fields(graph):
        if not isinstance(part, bytes):
            continue
        if field == 1:
            yield from _node(part, file, depth)
        elif field == 5:
            _tensor(part, file)
        elif field == _SPARSE:
            _sparse(part, file)


def _node(node: bytes, file: _File, depth: int) -> Iterator[tuple[str, ...]]:
    """Check one operator and what its attributes hold."""
    parts = list(file.fields(node))
    kind = next((part for field, part in parts if field == 4), b"")
    inputs = [part for field, part in parts if field == 1 and isinstance(part, bytes)]
    file.loops += kind in _LOOPS
    if file.loops > MAX_LOOPS:
        raise ValueError("its loops lie in one another")
    if kind == b"Loop":
        file.turns.add(inputs[0] if inputs else b"")
    for field, part in parts:
        if field == 7 and part not in _DOMAINS:
            raise ModelError(
                f"'{file.name}' uses operators from elsewhere.",
                f"Their domain is {str(part)[:60]}; only the standard ones are run.",
                "Export the model with standard operators.",
            )
        if field == 5 and isinstance(part, bytes):
            if kind == b"Constant":
                _constant(next((part for field, part in parts if field == 2), b""), part, file)
            yield from _attribute(part, file, depth)
    file.loops -= kind in _LOOPS


def _constant(name: bytes | int, attribute: bytes, file: _File) -> None:
    """Keep the whole number that a node gives."""
    for field, part in file.fields(attribute, every=False):
        if isinstance(name, bytes) and field == 3 and isinstance(part, int):
            file.whole[name] = max(file.whole.get(name, 0), _signed(part))
        elif field == 5 and isinstance(part, bytes):
            _tensor(part, file, name)


def _attribute(attribute: bytes, file: _File, depth: int) -> Iterator[tuple[str, ...]]:
    """Check tensors and graphs inside an attribute; yields class labels."""
    parts = list(file.fields(attribute, every=False))
    title = next((part for field, part in parts if field == 1), b"")
    if title in _LABELS:
        parts = list(file.fields(attribute))
    for field, part in parts:
        if field in (5, 10) and isinstance(part, bytes):
            _tensor(part, file)
        elif field in (22, 23) and isinstance(part, bytes):
            _sparse(part, file)
        elif field in (6, 11) and isinstance(part, bytes):
            yield from _graph(part, file, depth + 1)
    if title in _LABELS:
        texts = tuple(
            part.decode("utf-8", "replace") for field, part in parts if field == 9 and isinstance(part, bytes)
        )
        whole = tuple(str(number) for field, part in parts if field == 8 for number in _integers(part))
        if len(texts or whole) > 1:
            yield texts or whole


def _sparse(tensor: bytes, file: _File) -> None:
    """A sparse tensor is two tensors: values and places."""
    for field, part in file.fields(tensor):
        if field in (1, 2) and isinstance(part, bytes):
            _tensor(part, file)


def _tensor(tensor: bytes, file: _File, called: bytes | int = b"") -> None:
    """Refuse a tensor whose numbers lie in another file; keep it if it is one whole number."""
    raw = b""
    for field, part in file.fields(tensor):
        if field == 13 or (field == 14 and part != 0):
            raise ModelError(
                f"'{file.name}' keeps its numbers in another file.",
                "Only files that hold everything are read.",
                "Save it with the data inside: onnx.save(model, path, save_as_external_data=False).",
            )
        if field == 8:
            called = part
        elif field in (7, 9) and isinstance(part, bytes) and len(part) <= 10:
            raw = part if field == 9 else struct.pack("<q", next(_integers(part), 0))
        elif field == 7 and isinstance(part, int):
            raw = struct.pack("<q", _signed(part))
    if len(raw) == 8 and isinstance(called, bytes):
        file.whole[called] = max(file.whole.get(called, 0), int.from_bytes(raw, "little", signed=True))


def _integers(part: bytes | int) -> Iterator[int]:
    """One number, or several packed ones, as signed 64-bit."""
    if isinstance(part, int):
        yield _signed(part)
        return
    at = 0
    while at < len(part):
        number, at = _varint(part, at)
        yield _signed(number)


def _signed(number: int) -> int:
    """Two's complement of 64 bits."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in base 128, and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("it ends too early")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("a number is too long")
