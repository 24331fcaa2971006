"""Hostile files of a fifth reading: what was allowed last, turned round.

See ``hostile.py``. Methods of texts beside the listed ones, zones, intervals and spans made of something else, types of
Python as cloudpickle and dill name them, and schemas of skops whose parts are numbered by something else than whole
numbers, or whose members lie about themselves.
"""

from __future__ import annotations

import datetime
import io
import json
import pickle
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import Ridge

from tests.security.hostile import Case
from tests.security.hostile_passed import _named, _part, _ridge, _several, _text, _zipped

METHODS = ("format", "format_map", "join", "encode", "translate", "maketrans", "__class__", "mro", "zfill", "ljust")


class Named:
    """A global that is written by its name, whatever it is."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Called:
    """A call of a global while loading."""

    def __init__(self, what: Any, *args: Any, state: Any = None) -> None:
        self.what, self.args, self.state = what, args, state


class _Writer(pickle._Pickler):  # type: ignore[name-defined,misc]  # the writer in Python can be told what to write
    """Writes ``Named`` and ``Called`` as what they stand for."""

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if type(obj) is Named:
            self.write(b"c" + f"{obj.module}\n{obj.name}\n".encode())
        elif type(obj) is Called:
            self.save(obj.what)
            self.save(obj.args)
            self.write(pickle.REDUCE)
            if obj.state is not None:
                self.save(obj.state)
                self.write(pickle.BUILD)
        else:
            super().save(obj, save_persistent_id)


def written(model: Any, **attributes: Any) -> bytes:
    """A model with such attributes."""
    vars(model).update(attributes)
    target = io.BytesIO()
    _Writer(target, 4).dump(model)
    return target.getvalue()


def cases(marker: Path) -> Iterator[Case]:
    """Every case; some have a payload."""
    for part in (texts, moments, types):
        for name, held in part(str(marker)):
            yield f"fresh-{name}.pkl", written(fitted(), extra_=held)
    for method in METHODS:
        text = Called(Named("builtins", "getattr"), Named("builtins", "str"), method)
        words = CountVectorizer().fit(["a text of words"])
        yield f"fresh-tokenizer-{method.strip('_')}.pkl", written(words, tokenizer=text, preprocessor=text)
    for name, root in schemas(str(marker)):
        yield f"fresh-{name}.skops", _zipped(root)
    for name, members in archives():
        yield f"fresh-{name}.skops", _packed(members)


def fitted() -> Ridge:
    """An honest model."""
    found: Ridge = Ridge().fit(np.eye(4), np.arange(4.0))
    return found


def texts(marker: str) -> Iterator[tuple[str, Any]]:
    """Methods reached by way of a text, a stand-in or a type."""
    ask = Named("builtins", "getattr")
    zone = Called(Named("zoneinfo", "ZoneInfo"), "UTC")
    yield "text-instance", Called(ask, "a text", "format")
    yield "text-called", Called(Called(ask, Named("builtins", "str"), "lower"), marker)
    yield "text-default", Called(ask, Named("builtins", "str"), "lower", None)
    yield "text-bytes", Called(ask, Named("builtins", "bytes"), "split")
    yield "text-special", Called(ask, Named("builtins", "str"), "__subclasses__")
    yield "stub-called", Called(Called(ask, zone, "from_file"), marker)
    yield "function-globals", Called(ask, Named("sklearn.utils.validation", "check_array"), "__globals__")
    yield "dotted", Named("builtins", "str.format")


def moments(marker: str) -> Iterator[tuple[str, Any]]:
    """Intervals, points and spans whose parts are something else."""
    point = Named("pandas._libs.tslibs.timestamps", "_unpickle_timestamp")
    span = Named("pandas._libs.interval", "Interval")
    group = Named("pandas.core.indexes.interval", "_new_IntervalIndex")
    kind = Named("pandas.core.indexes.interval", "IntervalIndex")
    yield "interval-open", Called(span, marker, marker, "right")
    yield "interval-side", Called(span, 0.0, 1.0, ["right"])
    yield "interval-array", Called(span, np.zeros(3), np.ones(3), "right")
    yield "interval-turned", Called(span, 2.0, 1.0, "right")
    yield "intervals-objects", Called(group, kind, {"left": [marker], "right": [marker], "closed": "right"})
    yield "intervals-other", Called(group, Named("builtins", "dict"), {"left": 0, "right": 1, "closed": "left"})
    yield "intervals-more", Called(group, kind, {"data": [marker], "dtype": "object"})
    yield "point-zone", Called(point, 0, None, marker, 10)
    yield "point-huge", Called(point, 1 << 70, None, None, 10)
    yield "point-unit", Called(point, 0, None, None, [10])
    yield "point-far", Called(point, (1 << 63) - 1, None, datetime.timezone(datetime.timedelta(hours=23)), 7)
    yield "zone-file", Called(Named("zoneinfo._common", "load_tzdata"), "../../etc/passwd")
    yield "zone-dateutil", Called(Named("dateutil.tz.tz", "gettz"), marker)
    yield "zone-pytz", Called(Named("pytz", "timezone"), marker)
    yield "cut-called", Called(Named("pandas.core.reshape.tile", "cut"), [1.0], 3)


def types(marker: str) -> Iterator[tuple[str, Any]]:
    """Types as cloudpickle and dill name them, and what calls them."""
    told, loaded = Named("cloudpickle.cloudpickle", "_builtin_type"), Named("dill._dill", "_load_type")
    for name in ("CodeType", "FunctionType", "ModuleType", "CellType"):
        yield f"type-{name}", Called(told, name)
        yield f"type-dill-{name}", Called(loaded, name)
    yield "type-list", Called(told, ["MethodType"])
    yield "dill-repr", Called(Named("dill._dill", "_eval_repr"), f"open({marker!r}, 'w')")
    yield "dill-range", Called(Named("dill._dill", "_eval_repr"), "range(0, 9" + "9" * 40 + ")")
    yield "dill-tuple", Called(Named("dill._dill", "_create_namedtuple"), f"x;open({marker!r},'w')", ("a",), "m")
    yield "partial-open", Called(Named("functools", "partial"), Named("io", "open"))


def _list(number: Any, *parts: Any) -> dict[str, Any]:
    """A list of that number."""
    return {**_part("builtins", "list", "ListNode", content=list(parts)), "__id__": number}


def doubling(numbers: list[Any]) -> dict[str, Any]:
    """Lists in one another, each with the one inside twice."""
    inner = _list(numbers[0], _text("a"))
    for before, number in pairwise(numbers):
        again = {"__module__": "builtins", "__class__": "list", "__loader__": "CachedNode", "__id__": before}
        inner = _list(number, inner, again)
    return inner


def schemas(marker: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parts that repeat each other, refer to themselves, or are called."""
    levels = range(1, 120)
    for label, numbers in (("text", [f"n{n}" for n in levels]), ("float", [n + 0.5 for n in levels])):
        yield f"doubling-{label}", _ridge(_named({"extra_": doubling(numbers)}))
    yield "number-list", _ridge(_named({"extra_": _list([1], _text("a"))}))
    itself = {"__module__": "builtins", "__class__": "list", "__loader__": "CachedNode", "__id__": 7_000_001}
    yield "itself", _ridge(_named({"extra_": _list(7_000_001, itself)}))
    called = _part("builtins", "eval", "ConstructorFromReduceNode", content=_several(_text(f"open({marker!r},'w')")))
    yield "called", _ridge(_named({"extra_": called}))
    keys = _part("builtins", "list", "ListNode", content=[_part("io", "FileIO", "TypeNode")])
    yield "keys", _ridge(_part("builtins", "dict", "DictNode", content={marker: _text("a")}, key_types=keys))
    loader = {**_text("a"), "__loader__": ["JsonNode"]}
    yield "loader-list", _ridge(_named({"extra_": loader}))
    yield "digits", _ridge(_named({"extra_": {**_text("a"), "content": "9" * 5_000}}))


def archives() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Members that lie about themselves."""
    for label, inner in (("no-zip", b"PK\3\4"), ("no-form", _packed({"data.npy": _npy(np.ones(3))}))):
        part = _part("scipy.sparse._csr", "csr_matrix", "SparseMatrixNode", type="scipy", file="m.npz")
        yield f"sparse-{label}", {"schema.json": _schema(_ridge(_named({"coef_": part}))), "m.npz": inner}
    for form in (b"csr'", b"../csr", b"dok", b"csr_matrix.__init__"):
        held = {
            "format.npy": _npy(np.array(form)),
            "shape.npy": _npy(np.array([1 << 62, 4])),
            "data.npy": _npy(np.ones(3)),
        }
        part = _part("scipy.sparse._csr", "csr_matrix", "SparseMatrixNode", type="scipy", file="m.npz")
        label = str(np.frombuffer(form, "u1").sum())
        yield f"sparse-form-{label}", {"schema.json": _schema(_ridge(_named({"coef_": part}))), "m.npz": _packed(held)}
    for label, head in (("shape", "(1 << 40,)"), ("negative", "(-1, 4)"), ("code", "(len('aaaa'),)")):
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {head}, }}".ljust(117).encode() + b"\n"
        raw = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(32)
        part = _part("numpy", "ndarray", "NdArrayNode", type="numpy", file="a.npy")
        yield f"array-{label}", {"schema.json": _schema(_ridge(_named({"coef_": part}))), "a.npy": raw}


def _npy(array: Any) -> bytes:
    """An array in numpy's own format."""
    target = io.BytesIO()
    np.save(target, array)
    return target.getvalue()


def _schema(root: dict[str, Any]) -> bytes:
    return json.dumps({**root, "protocol": 2, "_skops_version": "0.13"}).encode()


def _packed(members: dict[str, bytes]) -> bytes:
    """A zip file of such members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
