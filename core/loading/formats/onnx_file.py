"""ONNX: the protobuf is walked before onnxruntime sees it; no external data, no foreign operators."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from core.errors import ModelError
from core.loading.formats import onnx_first, onnx_trees
from core.loading.formats.onnx_fields import MAX_FIELDS, File, Operator, Parts, integers, last, signed
from core.loading.formats.tree_checks import damaged

_DOMAINS = (b"", b"ai.onnx", b"ai.onnx.ml")
_NOT_OWN = (b"ai.", b"com.microsoft", b"com.ms.", b"org.pytorch")
"""How the names begin under which ONNX Runtime has operators of its own."""
_DEPTH = 20
_INPUTS, _SPARSE, _TRAINING, _FUNCTIONS = 11, 15, 20, 25
MAX_TURNS, MAX_LOOPS = 1_000_000, 2
"""Turns of a loop that the file fixes itself, and loops in one another."""
_COSTS = 10
"""Parts that an operator counts for beside its own: it is looked at ten times."""
_LOOPS = (b"Loop", b"Scan")
_JOINS = (b"Sum", b"Mean", b"Max", b"Min", b"Concat", b"Einsum", b"FeatureVectorizer", b"SequenceConstruct")
"""Operators that take as many inputs as they are given: ONNX Runtime reads each of them, one that is left out, too."""
_CODES = re.compile(r"^\[ONNXRuntimeError\] : -?\d+ : [A-Z_]+ : (?:Load model from \S+ failed:\s*)?")
_TOLD = 150
_LABELS = (b"classlabels_strings", b"classlabels_int64s", b"classlabels_ints")


def load(data: bytes, name: str) -> tuple[Any, tuple[str, ...] | None]:
    """Check the graph and open it; returns an ``onnxruntime.InferenceSession`` and the class names it keeps.

    Raises
    ------
    ModelError
        If it is damaged, reaches outside itself, or onnxruntime is not installed.
    """
    file, labels = _check(data, name)
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
    try:
        return onnx_first.opened(data, file), labels
    except ModelError:
        raise
    except Exception as error:  # a dozen classes of its own without a common root
        raise damaged(name, f"ONNX Runtime cannot read it: {told(error)}") from error


def told(error: Exception) -> str:
    """What ONNX Runtime says of a model; or, where it names its own source only, of which operator."""
    if isinstance(error, UnicodeDecodeError):  # ONNX Runtime repeats a name
        return "a name in it is no text"
    message = _CODES.sub("", " ".join(str(error).split()))
    if not re.search(r"::|\.cc:|\.h:", message):
        return _end(re.split("Status Message: | , Error ", message)[-1]).rstrip(".!")
    found = re.search(r"[Rr]unning (\w+) node|Op \((\w+)\)|(TreeEnsemble|SVM|Linear|Scaler|Loop|Scan|If)", message)
    operator = next((part for part in found.groups() if part), "") if found else ""
    return f"the parts {f'of its operator {operator} ' if operator else ''}do not fit each other"


def _end(message: str) -> str:
    """The last words of a long message."""
    return message if len(message) <= _TOLD else message[-_TOLD:].partition(" ")[2]


def _check(data: bytes, name: str) -> tuple[File, tuple[str, ...] | None]:
    """Walk model, graphs, nodes and tensors; returns what was met, and the class labels of a classifier node."""
    if data[4:8] == b"ORTM":  # ONNX Runtime would read these bytes as its own format, whatever else they are
        raise damaged(name, "It is written in ONNX Runtime's own form, not in ONNX")
    file = File(name)
    try:
        parts = [(field, part) for field, part in file.fields(data) if isinstance(part, bytes)]
        graphs = [part for field, part in parts if field == 7]
        if len(graphs) != 1:
            raise damaged(name, "It holds no graph, so it is no ONNX model")
        if any(field == _TRAINING for field, _ in parts):
            raise damaged(name, "It holds graphs for training")
        sizes = _functions([part for field, part in parts if field == _FUNCTIONS], file)
        found = list(_graph(graphs[0], file, 0))
        if file.joins and file.gaps:
            raise ValueError("a call of a function leaves out an input")
        if sum(sizes.get(call, 1) for call in file.calls) > MAX_FIELDS:
            raise ValueError("its functions repeat each other without end")
        if any(not name or not 0 <= file.whole.get(name, 0) <= MAX_TURNS for name in file.turns):
            raise damaged(name, f"A loop in it has no end within {MAX_TURNS:,} turns")
    except ValueError as error:
        raise damaged(name, f"It is no complete ONNX model: {error}") from error
    return file, found[0] if found else None


def _functions(functions: Sequence[bytes], file: File) -> dict[Operator, int]:
    """Check the functions that the file defines itself, and that none calls itself without end; operators in each."""
    described = [list(file.fields(function)) for function in functions]
    titles = [(last(parts, 10), last(parts, 1)) for parts in described]  # domain and name
    for title, parts in zip(titles, described, strict=True):
        if not title[0].startswith(_NOT_OWN):
            file.own[title] = sum(field == 4 for field, _ in parts)
    waiting: dict[Operator, list[Operator]] = {}
    for title, parts in zip(titles, described, strict=True):
        file.calls.clear()
        for field, part in parts:
            if field == 7 and isinstance(part, bytes):
                list(_node(part, file, 1))
        waiting.setdefault(title, []).extend(file.calls)
    file.joins = any(kind in _JOINS for calls in waiting.values() for _, kind in calls)
    sizes: dict[Operator, int] = {}
    for _ in range(_DEPTH):  # each is put in the place of its calls, those inside it, too
        ready = {title: calls for title, calls in waiting.items() if not any(call in waiting for call in calls)}
        sizes |= {title: 1 + sum(sizes.get(call, 1) for call in calls) for title, calls in ready.items()}
        waiting = {title: calls for title, calls in waiting.items() if title not in ready}
    if waiting or max(sizes.values(), default=0) > MAX_FIELDS:
        raise ValueError("its functions call each other without end")
    file.calls.clear()
    return sizes


def _graph(graph: bytes, file: File, depth: int) -> Iterator[tuple[str, ...]]:
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
        elif field == _INPUTS and depth == 0:
            file.given.add(last(list(file.fields(part)), 1))


def _node(node: bytes, file: File, depth: int) -> Iterator[tuple[str, ...]]:
    """Check one operator and what its attributes hold."""
    file.left -= _COSTS
    parts = list(file.fields(node))
    kind = last(parts, 4)
    title = last(parts, 7), kind
    file.calls.append(title)
    inputs = [part for field, part in parts if field == 1 and isinstance(part, bytes)]
    if depth:
        file.inner = True
    else:
        file.nodes.append((kind, inputs, [part for field, part in parts if field == 2 and isinstance(part, bytes)]))
    file.gaps |= title in file.own and (b"" in inputs or len(inputs) < file.own[title])
    if kind in _JOINS and b"" in inputs:
        raise ValueError(f"its operator {kind.decode()} leaves out an input")
    held: onnx_trees.Attributes = {}
    file.loops += kind in _LOOPS
    if file.loops > MAX_LOOPS:
        raise ValueError("its loops lie in one another")
    if kind == b"Loop":
        file.turns.add(inputs[0] if inputs else b"")
    for field, part in parts:
        if field == 7 and part not in _DOMAINS and (part, kind) not in file.own:
            raise ModelError(
                f"'{file.name}' uses operators from elsewhere.",
                f"{_word(kind)} is of the domain {_word(part)}; only the standard ones are run.",
                "Export the model with standard operators.",
            )
        if field == 5 and isinstance(part, bytes):
            attribute = list(file.fields(part, every=False))
            held[last(attribute, 1)] = attribute
            if kind == b"Constant":
                _constant(last(parts, 2), attribute, file)
            yield from _attribute(attribute, part, file, depth)
    if kind.startswith(b"TreeEnsemble"):
        onnx_trees.check(held, file.name)
    file.loops -= kind in _LOOPS


def _constant(name: bytes, attribute: Parts, file: File) -> None:
    """Keep the whole number that a node gives."""
    for field, part in attribute:
        if field == 3 and isinstance(part, int):
            file.whole[name] = max(file.whole.get(name, 0), signed(part))
        elif field == 5 and isinstance(part, bytes):
            _tensor(part, file, name)


def _attribute(parts: Parts, written: bytes, file: File, depth: int) -> Iterator[tuple[str, ...]]:
    """Check tensors and graphs inside an attribute; yields class labels."""
    title = last(parts, 1)
    if title in _LABELS:
        parts = list(file.fields(written))
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
        whole = tuple(str(number) for field, part in parts if field == 8 for number in integers(part))
        if len(texts or whole) > 1:
            yield texts or whole


def _sparse(tensor: bytes, file: File) -> None:
    """A sparse tensor is two tensors: values and places."""
    for field, part in file.fields(tensor):
        if field in (1, 2) and isinstance(part, bytes):
            _tensor(part, file)


def _tensor(tensor: bytes, file: File, called: bytes | int = b"") -> None:
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
            raw = part if field == 9 else struct.pack("<q", next(integers(part), 0))
        elif field == 7 and isinstance(part, int):
            raw = struct.pack("<q", signed(part))
    if isinstance(called, bytes):
        file.tensors.add(called)
        if len(raw) == 8:
            file.whole[called] = max(file.whole.get(called, 0), int.from_bytes(raw, "little", signed=True))


def _word(name: Any) -> str:
    """A name of the file, in quotes."""
    text = bytes(name).decode("utf-8", "replace") if isinstance(name, bytes | bytearray | memoryview) else str(name)
    return f"'{text[:60]}'"
