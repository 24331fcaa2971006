"""Parts of a skops schema, each built by the gates that pickles go through: nothing of skops runs.

skops itself creates classes, fills them by their own ``__setstate__`` and calls types of keys before anyone has looked
at what it gives them; a booster's bytes or a tree's arrays would reach compiled code unchecked.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib import format as npy

from core.loading.unpickle import build
from core.loading.unpickle.allowed import lookup
from core.loading.unpickle.constructors import CONSTRUCTORS
from core.loading.unpickle.containers import limit_for
from core.loading.unpickle.inert import Ref, Refused
from core.loading.unpickle.machine import Machine
from core.loading.unpickle.masks import Masked
from core.loading.unpickle.numbers import array_of, shape_of, wrong
from core.loading.unpickle.stack import loose, solid

Part = dict[str, Any]
_KEYS = (str, int, float, np.str_, np.integer, np.floating)
_PLAIN = (str, int, float, bool, type(None))
_HEADS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


@dataclass(slots=True)
class Reader:
    """What is shared by the parts of one file.

    Attributes
    ----------
    archive : ZipFile
    machine : Machine
        Counts what is built; it reads nothing itself.
    known : dict
        What was built, by the number that other parts refer to it with.
    """

    archive: zipfile.ZipFile
    machine: Machine = field(default_factory=lambda: Machine(b""))
    known: dict[Any, Any] = field(default_factory=dict)

    def build(self, part: Part) -> Any:
        """The object that a part describes."""
        name = part.get("__id__")
        if name in self.known:
            return solid(self.known[name])
        loader = part["__loader__"]
        if loader not in _LOADERS:
            raise Refused(f"a part of it is a {str(loader)[:60]}, which models do not need")
        made = _LOADERS[loader](self, part)
        if name:
            self.known[name] = made
        return solid(made)

    def all(self, parts: Any) -> list[Any]:
        """The objects of a list of parts."""
        return [self.build(part) for part in parts]


def _named(part: Part) -> Ref:
    """The listed name that a part is of."""
    return lookup(part["__module__"], part["__class__"])


def _filled(reader: Reader, made: Any, state: Any) -> Any:
    """An object with its state."""
    build.fill(reader.machine, made, state)
    return made


def _object(reader: Reader, part: Part) -> Any:
    """An object by its class, filled with its state."""
    ref = _named(part)
    if ref.role == "call" and ref.name not in CONSTRUCTORS:  # compiled classes that are made by a function beside them
        made = build.call(reader.machine, lookup(ref.name.rpartition(".")[0], "newObj"), (ref,))
    else:
        made = build.create(reader.machine, ref, ())
    if part.get("content") is None:
        return made
    state = reader.build(part["content"])
    if ref.role == "stub" and type(state) is not dict:  # what is left out has attributes in an honest file
        raise wrong(ref.name)
    return _filled(reader, made, state)


def _called(reader: Reader, part: Part) -> Any:
    """An object that is made of a few arguments."""
    return build.call(reader.machine, _named(part), tuple(reader.build(part["content"])))


def _loss(reader: Reader, part: Part) -> Any:
    """A compiled loss and its numbers."""
    return build.call(reader.machine, _named(part), tuple(reader.build(part["__reduce__"]["args"])))


def _tree(reader: Reader, part: Part) -> Any:
    """A tree of scikit-learn."""
    made = build.call(reader.machine, lookup("sklearn.tree._tree", "Tree"), reader.build(part["__reduce__"]["args"]))
    return _filled(reader, made, reader.build(part["content"]))


def _mapping(reader: Reader, part: Part) -> Any:
    """A dictionary; its keys are texts, and numbers that were written as such."""
    kinds, content = part["key_types"]["content"], part["content"]
    if len(kinds) != len(content):
        raise wrong("a dictionary")
    items: list[Any] = []
    for kind, (name, value) in zip(kinds, content.items(), strict=True):
        target = _named(kind).target
        if not isinstance(target, type) or not issubclass(target, _KEYS):
            raise wrong("a dictionary")
        items += [target(name), reader.build(value)]
    made = build.create(reader.machine, _named(part), ())
    build.set_items(reader.machine, made, items)
    return made


def _default(reader: Reader, part: Part) -> Any:
    """A dictionary that makes what it does not have."""
    factory, main = part["content"]["default_factory"], reader.build(part["content"]["main"])
    made = build.call(
        reader.machine,
        lookup("collections", "defaultdict"),
        (loose(_named(factory)) if factory["__loader__"] == "TypeNode" else None,),
    )
    build.set_items(reader.machine, made, [item for pair in main.items() for item in pair])
    return made


def _group(reader: Reader, part: Part) -> Any:
    """A list, a tuple, a named tuple or a set."""
    ref, items = _named(part), reader.all(part["content"])
    if ref.role == "record":
        return build.create(reader.machine, ref, tuple(items))
    if ref.name not in ("builtins.list", "builtins.tuple", "builtins.set"):
        raise wrong("a list")
    return build.call(reader.machine, ref, (items,))


def _json(_reader: Reader, part: Part) -> Any:
    """A text, a number, a truth value or nothing."""
    found = json.loads(part["content"])
    if type(found) not in _PLAIN:
        raise wrong("a number")
    return found


def _partial(reader: Reader, part: Part) -> Any:
    """A function with some of its arguments."""
    content = {name: reader.build(held) for name, held in part["content"].items()}
    made = build.call(reader.machine, lookup("functools", "partial"), (content["func"],))
    return _filled(reader, made, tuple(content[name] for name in ("func", "args", "kwds", "namespace")))


def _slice(reader: Reader, part: Part) -> Any:
    """A slice."""
    ends = tuple(part["content"][name] for name in ("start", "stop", "step"))
    return build.call(reader.machine, lookup("builtins", "slice"), ends)


def _function(_reader: Reader, part: Part) -> Any:
    """A listed function, ufunc or type."""
    held = part.get("content") or {}  # of the first versions of skops
    return lookup(held.get("module_path", part["__module__"]), held.get("function", part["__class__"]))


def _bytes(reader: Reader, part: Part) -> Any:
    """Bytes that lie beside the schema."""
    found = reader.archive.read(part["file"])
    return bytearray(found) if part["__loader__"] == "BytearrayNode" else found


def _array(reader: Reader, part: Part) -> Any:
    """An array, or a single number of numpy."""
    if part["type"] == "json":
        items, shape = reader.all(part["content"]), shape_of(reader.build(part["shape"]), "numpy.ndarray")
        flat = items if len(shape) < 2 else _flat(items, shape)
        return array_of(flat, np.dtype("O"), shape if len(shape) != 1 else (len(flat),), False)
    found, target = _npy(reader.archive.read(part["file"])), _named(part).target
    if target is np.ndarray:
        return found
    if target is np.matrix:
        return found.view(np.matrix)
    if not isinstance(target, type) or not issubclass(target, np.generic) or found.shape != ():
        raise wrong("numpy.ndarray")
    return target(found[()])


def _flat(items: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """The cells of lists in lists of such a shape."""
    for size in shape[1:]:
        if not all(type(item) is list and len(item) == size for item in items):
            raise wrong("numpy.ndarray")
        items = [cell for item in items for cell in item]
    return items


def _npy(raw: bytes) -> np.ndarray:
    """An array in numpy's own format, its size compared with its bytes first."""
    stream = io.BytesIO(raw)
    read = _HEADS.get(npy.read_magic(stream))
    if read is None:
        raise wrong("numpy.ndarray")
    shape, fortran, kind = read(stream)
    if kind.kind == "V" and (kind.names is None or any(kind[name].kind in "OV" for name in kind.names)):
        raise wrong("numpy.dtype")
    found = array_of(stream.read(), kind, shape_of(shape, "numpy.ndarray"), bool(fortran))
    return found if kind.names or kind.isnative else found.astype(kind.newbyteorder("="))


def _sparse(reader: Reader, part: Part) -> Any:
    """A sparse matrix: an archive of arrays inside the archive."""
    raw = reader.archive.read(part["file"])
    with zipfile.ZipFile(io.BytesIO(raw)) as inner:
        if sum(item.file_size for item in inner.infolist()) > limit_for(len(raw)):
            raise Refused("a sparse matrix in it opens to too much")
        held = {name.removesuffix(".npy"): _npy(inner.read(name)) for name in inner.namelist()}
    form: Any = held["format"][()]
    kind = str(form, "ascii") if isinstance(form, bytes) else str(form)
    ref = lookup(f"scipy.sparse._{kind}", f"{kind}_{'array' if '_is_array' in held else 'matrix'}")
    state = {**held, "_shape": tuple(int(size) for size in held["shape"])}
    return _filled(reader, build.create(reader.machine, ref, ()), state)


def _masked(reader: Reader, part: Part) -> Masked:
    """Results of a search, some of them hidden."""
    data, mask = (reader.build(part["content"][name]) for name in ("data", "mask"))
    fits = all(type(found) is np.ndarray for found in (data, mask)) and mask.dtype == bool and mask.shape == data.shape
    if not fits:
        raise wrong("a masked array")
    return Masked(np.ma.MaskedArray(data, mask))


def _random(reader: Reader, part: Part) -> Any:
    """A random state or generator, of the place in its numbers where it was."""
    alone = part["__loader__"] == "RandomStateNode"
    state = reader.build(part["content"] if alone else part["content"]["bit_generator"])
    if type(state) is not dict:
        raise wrong("a random generator")
    made = CONSTRUCTORS["numpy.random._pickle.__bit_generator_ctor"](reader.machine, (state.get("bit_generator"),))
    last = "randomstate" if alone else "generator"
    inner = solid(_filled(reader, made, dict(state)))
    return CONSTRUCTORS[f"numpy.random._pickle.__{last}_ctor"](reader.machine, (inner,))


def _again(_reader: Reader, _part: Part) -> Any:
    """A part that stands for another, which was built before: the number of none."""
    raise Refused("it refers to an object that it does not hold")


_LOADERS: dict[str, Callable[[Reader, Part], Any]] = {
    "ObjectNode": _object,
    "ConstructorFromReduceNode": _called,
    "LossNode": _loss,
    "TreeNode": _tree,
    "DictNode": _mapping,
    "DefaultDictNode": _default,
    **dict.fromkeys(("ListNode", "TupleNode", "SetNode"), _group),
    "JsonNode": _json,
    "PartialNode": _partial,
    "SliceNode": _slice,
    **dict.fromkeys(("FunctionNode", "TypeNode"), _function),
    **dict.fromkeys(("BytesNode", "BytearrayNode"), _bytes),
    "NdArrayNode": _array,
    "DTypeNode": lambda reader, part: reader.build(part["content"]).dtype,
    "SparseMatrixNode": _sparse,
    "MaskedArrayNode": _masked,
    **dict.fromkeys(("RandomStateNode", "RandomGeneratorNode"), _random),
    "CachedNode": _again,
}
"""Kind of part -> what builds it."""
