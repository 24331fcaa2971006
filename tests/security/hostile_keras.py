"""Hostile ``.keras`` files: programs in the config, paths, bombs, and HDF5 that points elsewhere or does not fit."""

from __future__ import annotations

import copy
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.written import zipped

Case = tuple[str, bytes]
HONEST = Path(__file__).parent.parent / "keras_files" / "data" / "keras3-happiness.keras"
DENSE = 2
"""Place of a Dense layer in the honest file."""


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    with zipfile.ZipFile(HONEST) as archive:
        honest = {member: archive.read(member) for member in archive.namelist()}
    yield from configs(honest, f"open({str(marker)!r}, 'w').close()", str(marker))
    yield from graphs(honest)
    yield from archives(honest)
    yield from weights(honest)
    yield from bytes_of_hdf5(honest)


def configured(honest: dict[str, bytes], change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The honest file with another config."""
    config = json.loads(honest["config.json"])
    config = change(config) or config
    return zipped({**honest, "config.json": json.dumps(config).encode()})


def replaced(layer: dict[str, Any], place: int = DENSE) -> Callable[[dict[str, Any]], None]:
    return lambda config: config["config"]["layers"].__setitem__(place, layer)


def options(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda config: config["config"]["layers"][DENSE]["config"].update(values)


def configs(honest: dict[str, bytes], code: str, marker: str) -> Iterator[Case]:
    """Programs, and names of programs, where a layer is due."""
    lambda_ = {"class_name": "__lambda__", "config": {"value": "4wAAAAA=\n", "defaults": None, "closure": None}}
    call = {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}
    lay = {"module": "keras.layers", "registered_name": None}
    attacks: dict[str, dict[str, Any]] = {
        "lambda": {**lay, "class_name": "Lambda", "config": {"name": "x", "function": lambda_, "arguments": {}}},
        "lambda-eval": {**lay, "class_name": "Lambda", "config": {"function": call, "arguments": {"source": code}}},
        "lambda-named": {**lay, "class_name": "Lambda", "config": {"function": "os.system", "output_shape": [1]}},
        "module-os": {"module": "os", "class_name": "system", "config": {"command": f"touch {marker}"}},
        "module-subprocess": {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", marker]}},
        "module-keras-utils": {"module": "keras.utils", "class_name": "get_file", "config": {"fname": marker}},
        "module-keras-src": {"module": "keras.src.saving.saving_lib", "class_name": "load_model", "config": {}},
        "module-lookalike": {"module": "keras.layers.evil", "class_name": "Dense", "config": {"units": 1}},
        "module-list": {"module": ["keras.layers"], "class_name": "Dense", "config": {"units": 1}},
        "registered": {**lay, "class_name": "Dense", "registered_name": "pkg>Dense", "config": {"units": 1}},
        "registered-os": {**lay, "class_name": "Dense", "registered_name": "os>system", "config": {"units": 1}},
        "class-dunder": {**lay, "class_name": "__class__", "config": {}},
        "class-object": {**lay, "class_name": {"a": 1}, "config": {}},
        "config-code": {**lay, "class_name": "Dense", "config": code},
        "wrapper": {**lay, "class_name": "TimeDistributed", "config": {"layer": {"class_name": "Lambda", "config": {}}}},
        "torch": {**lay, "class_name": "TorchModuleWrapper", "config": {"module": "gASVAAAA"}},
        "tfsm": {**lay, "class_name": "TFSMLayer", "config": {"filepath": "/etc", "call_endpoint": "serve"}},
        "jax": {**lay, "class_name": "JaxLayer", "config": {"call_fn": call}},
        "lookup-file": {**lay, "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd", "output_mode": "int"}},
    }  # fmt: skip
    for label, layer in attacks.items():
        yield f"kerasfile-{label}.keras", configured(honest, replaced(layer))
    inner = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": lambda_}, "registered_name": None}
    for label, value in {
        "activation-code": code,
        "activation-lambda": lambda_,
        "activation-function": call,
        "activation-layer": inner,
        "activation-list": ["relu"],
    }.items():
        yield f"kerasoption-{label}.keras", configured(honest, options(activation=value))
    for label, change in {
        "dtype-object": {"dtype": {"class_name": "Evil", "config": {"name": "float32"}}},
        "dtype-registered": {
            "dtype": {"class_name": "DTypePolicy", "registered_name": "a>b", "config": {"name": "float32"}}
        },
        "dtype-half": {"dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}},
        "units-huge": {"units": 10**12},
        "units-negative": {"units": -1},
        "units-nan": {"units": float("nan")},
        "units-true": {"units": True},
        "lora": {"lora_rank": 4},
    }.items():
        yield f"kerasoption-{label}.keras", configured(honest, options(**change))


def graphs(honest: dict[str, bytes]) -> Iterator[Case]:
    """Models that are none: other classes, endless nesting, circles."""
    yield "kerasgraph-class.keras", configured(honest, lambda c: c.update(class_name="MyModel", module="my.models"))
    yield "kerasgraph-root-lambda.keras", configured(honest, lambda c: c.update(class_name="Lambda"))
    yield "kerasgraph-list.keras", configured(honest, lambda c: [c])
    yield "kerasgraph-empty.keras", configured(honest, lambda c: c["config"].update(layers=[]))
    yield (
        "kerasgraph-many.keras",
        configured(
            honest, lambda c: c["config"].update(layers=c["config"]["layers"] + [c["config"]["layers"][1]] * 30_000)
        ),
    )

    def nest(config: dict[str, Any]) -> dict[str, Any]:
        for _ in range(60):
            config = {**config, "config": {**config["config"], "layers": [copy.copy(config)]}}
        return config

    yield "kerasgraph-nested.keras", configured(honest, nest)
    deep = b'{"class_name": "Sequential", "module": "keras", "config": ' + b'{"a":' * 200_000
    yield "kerasgraph-deep.keras", zipped({**honest, "config.json": deep})
    yield "kerasgraph-deep-list.keras", zipped({**honest, "config.json": b"[" * 1_000_000})
    yield "kerasgraph-no-json.keras", zipped({**honest, "config.json": b"\x80\x04K\x01."})
    yield "kerasgraph-old-metadata.keras", zipped({**honest, "metadata.json": b'{"keras_version": "1.2"}'})
    yield "kerasgraph-no-version.keras", zipped({**honest, "metadata.json": b"[]"})
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["b", 0, 0]}}
    layer = {"module": "keras.layers", "class_name": "Dropout", "registered_name": None}
    ring = [
        {**layer, "config": {"name": "a"}, "inbound_nodes": [{"args": [tensor], "kwargs": {}}]},
        {**layer, "config": {"name": "b"}, "inbound_nodes": [[["a", 0, 0, {}]]]},
    ]
    start = json.loads(honest["config.json"])["config"]["layers"][0] | {"inbound_nodes": []}
    ends = {"input_layers": [start["config"]["name"], 0, 0], "output_layers": ["b", 0, 0]}
    model = {"module": "keras.models", "class_name": "Functional", "registered_name": "Functional"}
    circle = {**model, "config": {"name": "m", "layers": [start, *ring], **ends}}
    yield "kerasgraph-circle.keras", configured(honest, lambda c: circle)
    inner: dict[str, Any] = {**layer, "config": {"name": "d"}}
    for _ in range(7):  # forty to the seventh power of calls, of layers that do nothing
        calls = [["d" if turn else start["config"]["name"], max(0, turn - 1), 0] for turn in range(40)]
        nodes = [{"args": [{**tensor, "config": {"keras_history": call}}], "kwargs": {}} for call in calls]
        inside = {
            "name": "d",
            "layers": [start, {**inner, "inbound_nodes": nodes}],
            **ends,
            "output_layers": ["d", 39, 0],
        }
        inner = {**model, "config": inside}
    yield "kerasgraph-repeated.keras", configured(honest, lambda c: inner)
    idle = [{**start, "config": {**start["config"], "name": f"idle {number}"}} for number in range(1_900)]
    nodes = [{"args": [{**tensor, "config": {"keras_history": call}}], "kwargs": {}} for call in calls]
    first = {**layer, "config": {"name": "d"}, "inbound_nodes": nodes[:1]}
    crowd = {"name": "d", "layers": [start, *idle, first], **ends, "output_layers": ["d", 0, 0]}
    outer = {"layers": [start, {**model, "config": crowd, "inbound_nodes": nodes}], "output_layers": ["d", 39, 0]}
    yield "kerasgraph-crowded.keras", configured(honest, lambda c: {**model, "config": {"name": "m", **ends, **outer}})
    nowhere = {**model, "config": {"name": "m", "layers": [start], **ends}}
    yield "kerasgraph-nowhere.keras", configured(honest, lambda c: nowhere)
    call = [{"args": [{**tensor, "config": {"keras_history": [ends["input_layers"][0], 0, 0]}}], "kwargs": {"x": {}}}]
    odd = {**model, "config": {"name": "m", "layers": [start, {**ring[1], "inbound_nodes": call}], **ends}}
    yield "kerasgraph-arguments.keras", configured(honest, lambda c: odd)


def archives(honest: dict[str, bytes]) -> Iterator[Case]:
    """Members with paths, twice, locked, or larger than they say."""
    for label, path in {
        "up": "../../x",
        "root": "/etc/x",
        "back": "assets\\..\\..\\x",
        "inside": "assets/../../x",
    }.items():
        yield f"kerasarchive-{label}.keras", zipped({**honest, path: b"x"})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member, content in honest.items():
            archive.writestr(member, content)
        info = zipfile.ZipInfo("config.json")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(info, b'{"class_name": "Lambda"}')
    yield "kerasarchive-twice.keras", target.getvalue()
    for member in honest:
        yield f"kerasarchive-without-{member}.keras", zipped({**honest, member + "x": b""} | {member: b""})
    bomb = zipped({**honest, "config.json": b" " * 60_000_000 + honest["config.json"]})
    yield "kerasarchive-bomb.keras", bomb
    yield "kerasarchive-bomb-weights.keras", zipped({**honest, "model.weights.h5": bytes(300_000_000)})
    data = zipped(honest)
    yield "kerasarchive-cut.keras", data[: len(data) // 2]
    yield "kerasarchive-noise.keras", data[:300] + bytes(reversed(data[300:900])) + data[900:]
    locked = bytearray(data)
    for at in (place for place in range(len(data) - 4) if data[place : place + 4] in (b"PK\x03\x04", b"PK\x01\x02")):
        locked[at + (6 if data[at + 2] == 3 else 8)] |= 1
    yield "kerasarchive-locked.keras", bytes(locked)


def weights(honest: dict[str, bytes]) -> Iterator[Case]:
    """HDF5 that h5py would follow: links out, links by name, virtual, compressed, huge, not a number."""
    import h5py

    def written(change: Callable[[Any], None], **how: Any) -> bytes:
        source = h5py.File(io.BytesIO(honest["model.weights.h5"]), "r")
        target = io.BytesIO()
        with h5py.File(target, "w", **how) as file:
            for name in source:
                source.copy(name, file)
            change(file)
        return zipped({**honest, "model.weights.h5": target.getvalue()})

    def put(make: Callable[[Any, str], None]) -> Callable[[Any], None]:
        def change(file: Any) -> None:
            del file["layers/dense/vars/0"]
            make(file, "layers/dense/vars/0")

        return change

    shape = (6, 64)
    virtual = h5py.VirtualLayout(shape, "f4")
    virtual[:] = h5py.VirtualSource("/etc/passwd", "x", shape)
    changes: dict[str, Callable[[Any, str], Any]] = {
        "external-link": lambda f, p: f.__setitem__(p, h5py.ExternalLink("/etc/passwd", "/x")),
        "soft-link": lambda f, p: f.__setitem__(p, h5py.SoftLink("/layers/dense_1/vars/0")),
        "soft-link-up": lambda f, p: f.__setitem__(p, h5py.SoftLink("../../../x")),
        "external-data": lambda f, p: f.create_dataset(p, shape, "f4", external=[("/etc/passwd", 0, 1536)]),
        "virtual": lambda f, p: f.create_virtual_dataset(p, virtual),
        "compressed": lambda f, p: f.create_dataset(p, data=np.zeros(shape, "f4"), compression="gzip"),
        "chunk-bomb": lambda f, p: f.create_dataset(p, (1 << 20, 1 << 20), "f4", chunks=(1024, 1024)),
        "never-written": lambda f, p: f.create_dataset(p, (1 << 20, 1 << 20), "f4"),
        "text": lambda f, p: f.create_dataset(p, data=np.full(shape, "x", dtype=h5py.string_dtype())),
        "reference": lambda f, p: f.create_dataset(p, data=np.full(shape, f.ref, dtype=h5py.ref_dtype)),
        "opaque": lambda f, p: f.create_dataset(p, data=np.zeros(shape, "V4")),
        "compound": lambda f, p: f.create_dataset(p, data=np.zeros(shape, [("a", "f4")])),
        "big-endian": lambda f, p: f.create_dataset(p, data=np.zeros(shape, ">f4")),
        "complex": lambda f, p: f.create_dataset(p, data=np.zeros(shape, "c8")),
        "group": lambda f, p: f.create_group(p),
        "nan": lambda f, p: f.create_dataset(p, data=np.full(shape, np.nan, "f4")),
        "infinite": lambda f, p: f.create_dataset(p, data=np.full(shape, np.inf, "f4")),
        "shape": lambda f, p: f.create_dataset(p, data=np.zeros((64, 6), "f4")),
        "scalar": lambda f, p: f.create_dataset(p, data=np.float32(0)),
        "null": lambda f, p: f.create_dataset(p, data=h5py.Empty("f4")),
        "missing": lambda f, p: None,
    }
    for label, make in changes.items():
        yield f"kerasweights-{label}.keras", written(put(make))
    yield "kerasweights-latest.keras", written(lambda file: None, libver="latest")
    yield (
        "kerasweights-negative-variance.keras",
        written(lambda file: file["layers/normalization/vars/1"].__setitem__(0, -1.0)),
    )


def bytes_of_hdf5(honest: dict[str, bytes]) -> Iterator[Case]:
    """HDF5 broken by hand: addresses outside, circles, wrong signatures."""
    whole = honest["model.weights.h5"]

    def file(label: str, data: bytes) -> Case:
        return f"kerashdf-{label}.keras", zipped({**honest, "model.weights.h5": data})

    def patched(at: int, form: str, *values: Any) -> bytes:
        data = bytearray(whole)
        struct.pack_into(form, data, at, *values)
        return bytes(data)

    root = struct.unpack_from("<Q", whole, 64)[0]
    yield file("empty", b"")
    yield file("text", b"weights")
    yield file("pickle", b"\x80\x04cos\nsystem\n.")
    yield file("cut", whole[: len(whole) // 2])
    yield file("head", whole[:60])
    yield file("superblock", patched(8, "<B", 3))
    yield file("sizes", patched(13, "<BB", 4, 4))
    yield file("base", patched(24, "<Q", 512))
    yield file("root-outside", patched(64, "<Q", 1 << 62))
    yield file("root-itself", patched(64, "<Q", 0))
    yield file("header-version", patched(root, "<B", 2))
    yield file("header-endless", patched(root, "<BxHxxxxI", 1, 65535, 0xFFFFFFFF))
    yield file("continuation-circle", patched(root + 16, "<HHBxxxQQ", 0x10, 16, 0, root + 16, 24))
    for tag in (b"TREE", b"SNOD", b"HEAP"):
        yield file(f"no-{tag.decode().lower()}", whole.replace(tag, b"NONE"))
    tree = whole.index(b"TREE")
    yield file(
        "tree-circle", patched(tree + 5, "<BH", 1, 1)[: tree + 32] + struct.pack("<Q", tree) + whole[tree + 40 :]
    )
    yield file("tree-wide", patched(tree + 6, "<H", 65535))
    snod = whole.index(b"SNOD")
    yield file("names-many", patched(snod + 6, "<H", 65535))
    yield file("names-outside", patched(snod + 8, "<Q", 1 << 60))
    again = struct.pack("<4sBBHQQ", b"TREE", 0, 0, 9_000, 0, 0) + struct.pack("<QQ", 0, snod) * 9_000 + bytes(8)
    repeated = patched(snod + 6, "<H", 65535).replace(struct.pack("<Q", tree), struct.pack("<Q", len(whole)))
    yield file("names-repeated", repeated + again)  # one table, nine thousand times
    heap = whole.index(b"HEAP")
    yield file("heap-outside", patched(heap + 24, "<Q", 1 << 60))
