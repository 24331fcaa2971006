"""Hostile model files, made on the spot: whatever runs code would only touch a marker file.

``cases(marker)`` yields (name, bytes). Every one of them must be refused, quickly, with the app unharmed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from tests.written import zipped

Case = tuple[str, bytes]


def cases(marker: Path) -> Iterator[Case]:
    """All hostile files; ``marker`` is what a payload would create."""
    for part in (
        reduces,
        opcodes,
        gadgets,
        walks,
        inside_allowed,
        nested,
        containers,
        trojans,
        broken_arrays,
        bombs,
        slow,
        natives,
        archives,
    ):
        yield from part(str(marker))


# --- writing pickles by hand -----------------------------------------------------------------------------------------


def text(value: str) -> bytes:
    """A text."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def stack_name(module: str, attribute: str) -> bytes:
    """STACK_GLOBAL."""
    return text(module) + text(attribute) + b"\x93"


def args(*parts: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(parts) + b"t"


def call(module: str, attribute: str, *parts: bytes) -> bytes:
    """GLOBAL and REDUCE."""
    return name(module, attribute) + args(*parts) + b"R"


def whole(body: bytes, protocol: int = 4) -> bytes:
    """A complete pickle."""
    return b"\x80" + bytes([protocol]) + body + b"."


def number(value: int) -> bytes:
    """A small integer."""
    return b"J" + struct.pack("<i", value)


def touch(marker: str) -> str:
    """Shell words that create the marker."""
    return f"touch {marker}"


def code(marker: str) -> str:
    """Python that creates the marker."""
    return f"open({marker!r},'w').close()"


class Runs:
    """Pickles to a call of anything."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> Any:
        return self.function, self.arguments


def honest() -> Any:
    """A fitted model to hide things in."""
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(0).normal(size=(40, 3))
    return LogisticRegression().fit(x, x[:, 0] > 0)


def tree(columns: int = 3) -> Any:
    """A fitted decision tree."""
    from sklearn.tree import DecisionTreeClassifier

    x = np.random.default_rng(0).normal(size=(60, columns))
    return DecisionTreeClassifier(max_depth=4, random_state=0).fit(x, x[:, 0] * x[:, 1] > 0)


# --- families --------------------------------------------------------------------------------------------------------


def reduces(marker: str) -> Iterator[Case]:
    """Plain calls, in every protocol and through many functions."""
    import os
    import subprocess

    for protocol in range(6):
        yield f"reduce-system-p{protocol}.pkl", pickle.dumps(Runs(os.system, touch(marker)), protocol)
        yield f"reduce-eval-p{protocol}.pkl", pickle.dumps(Runs(eval, code(marker)), protocol)
        yield f"reduce-run-p{protocol}.pkl", pickle.dumps(Runs(subprocess.run, ["touch", marker]), protocol)
    functions: list[tuple[str, str, list[bytes]]] = [
        ("os", "system", [text(touch(marker))]),
        ("posix", "system", [text(touch(marker))]),
        ("nt", "system", [text(touch(marker))]),
        ("os", "popen", [text(touch(marker))]),
        ("subprocess", "getoutput", [text(touch(marker))]),
        ("subprocess", "check_output", [text("touch"), text(marker)]),
        ("builtins", "exec", [text(code(marker))]),
        ("__builtin__", "eval", [text(code(marker))]),
        ("builtins", "compile", [text(code(marker)), text("x"), text("exec")]),
        ("builtins", "__import__", [text("os")]),
        ("builtins", "open", [text(marker), text("w")]),
        ("io", "open", [text(marker), text("w")]),
        ("_io", "FileIO", [text(marker), text("w")]),
        ("codecs", "open", [text(marker), text("w")]),
        ("pathlib", "Path.touch", [text(marker)]),
        ("os", "mkdir", [text(marker)]),
        ("os", "open", [text(marker), number(0o101)]),
        ("shutil", "copyfile", [text("/etc/hostname"), text(marker)]),
        ("tempfile", "mkstemp", []),
        ("pty", "spawn", [text("/bin/true")]),
        ("importlib", "import_module", [text("antigravity")]),
        ("runpy", "run_path", [text(marker)]),
        ("code", "InteractiveInterpreter", []),
        ("timeit", "timeit", [text(code(marker))]),
        ("cProfile", "run", [text(code(marker))]),
        ("pdb", "run", [text(code(marker))]),
        ("doctest", "debug_script", [text(code(marker))]),
        ("webbrowser", "open", [text("http://127.0.0.1:9")]),
        ("urllib.request", "urlopen", [text("http://127.0.0.1:9")]),
        ("socket", "create_connection", [text("127.0.0.1"), number(9)]),
        ("ctypes", "CDLL", [text("libc.so.6")]),
        ("asyncio", "run", []),
        ("multiprocessing.util", "spawnv_passfds", []),
        ("logging", "FileHandler", [text(marker)]),
        ("logging.config", "fileConfig", [text(marker)]),
        ("sqlite3", "connect", [text(marker)]),
        ("zipfile", "ZipFile", [text(marker), text("w")]),
        ("threading", "Thread", []),
        ("types", "FunctionType", []),
        ("types", "CodeType", []),
        ("marshal", "loads", [b"C\x01c"]),
        ("pickle", "loads", [b"C\x01."]),
        ("_pickle", "loads", [b"C\x01."]),
        ("dill", "loads", [b"C\x01."]),
        ("cloudpickle.cloudpickle", "_make_function", []),
        ("torch", "load", [text(marker)]),
        ("builtins", "breakpoint", []),
        ("builtins", "input", []),
        ("sys", "exit", []),
        ("os", "_exit", [number(3)]),
        ("os", "abort", []),
        ("os", "kill", [number(0), number(9)]),
        ("gc", "get_objects", []),
        ("inspect", "currentframe", []),
        ("signal", "raise_signal", [number(9)]),
    ]
    for module, attribute, parts in functions:
        yield f"call-{module}.{attribute}.pkl", whole(call(module, attribute, *parts), 2)


def opcodes(marker: str) -> Iterator[Case]:
    """The other ways in which the format calls, fills and refers."""
    words = text(touch(marker))
    yield "stack-global.pkl", whole(stack_name("os", "system") + args(words) + b"R")
    yield "inst.pkl", whole(b"(" + words + b"ios\nsystem\n", 0)
    yield "obj.pkl", whole(b"(" + name("os", "system") + words + b"o", 1)
    yield "inst-allowed.pkl", whole(b"(isklearn.linear_model._logistic\nLogisticRegression\n", 0)
    yield "newobj-function.pkl", whole(name("os", "system") + args(words) + b"\x81")
    yield "newobj-ex.pkl", whole(name("subprocess", "Popen") + args(words) + b"}" + text("shell") + b"\x88s\x92")
    yield "ext1.pkl", whole(b"\x82\x01")
    yield "ext2.pkl", whole(b"\x83\x01\x00")
    yield "ext4.pkl", whole(b"\x84\x01\x00\x00\x00")
    yield (
        "ext-register.pkl",
        whole(call("copyreg", "add_extension", text("os"), text("system"), number(7)) + b"0\x82\x07"),
    )
    yield "persid.pkl", whole(b"Pos.system\n", 0)
    yield "binpersid.pkl", whole(words + b"Q")
    yield "next-buffer.pkl", whole(b"\x97", 5)
    yield "readonly-buffer.pkl", whole(b"C\x01x\x98", 5)
    yield "memo-function.pkl", whole(name("os", "system") + b"q\x000h\x00" + args(words) + b"R")
    yield "memo-missing.pkl", whole(b"h\x07")
    yield (
        "memo-swap.pkl",
        whole(
            name("sklearn.linear_model._logistic", "LogisticRegression")
            + b"q\x00"
            + name("os", "system")
            + b"q\x000h\x00"
            + args(words)
            + b"R"
        ),
    )
    yield "dup-function.pkl", whole(name("os", "system") + b"2" + args(words) + b"R")
    estimator = name("sklearn.linear_model._logistic", "LogisticRegression")
    state = b"}" + text("coef_") + number(1) + b"s"
    yield "build-class.pkl", whole(estimator + state + b"b")
    yield "build-class-init.pkl", whole(estimator + b"}" + text("predict") + name("numpy", "exp") + b"sb" + b")\x81")
    yield "build-function.pkl", whole(name("numpy", "exp") + b"}" + text("__doc__") + text("x") + b"sb")
    yield "build-module-dict.pkl", whole(call("builtins", "globals") + text("open") + number(1) + b"s")
    yield "build-dict.pkl", whole(b"}" + state + b"b")
    yield (
        "build-class-attribute.pkl",
        whole(estimator + b")\x81}" + text("__class__") + name("sklearn.dummy", "DummyClassifier") + b"sb"),
    )
    yield "build-dunder-dict.pkl", whole(estimator + b")\x81}" + text("__dict__") + b"}sb")
    yield "build-setstate.pkl", whole(estimator + b")\x81}" + text("__setstate__") + name("numpy", "exp") + b"sb")
    yield "build-reduce.pkl", whole(estimator + b")\x81}" + text("__reduce__") + name("numpy", "exp") + b"sb")
    yield "build-slots.pkl", whole(estimator + b")\x81N}" + text("__class__") + number(1) + b"s\x86b")
    yield "build-not-text.pkl", whole(estimator + b")\x81}" + number(1) + number(1) + b"sb")
    yield "build-list.pkl", whole(estimator + b")\x81]b")
    yield "setitem-object.pkl", whole(estimator + b")\x81" + text("a") + number(1) + b"s")
    yield "setitem-class.pkl", whole(estimator + text("a") + number(1) + b"s")
    yield "append-object.pkl", whole(estimator + b")\x81" + number(1) + b"a")
    yield "append-function.pkl", whole(b"]" + name("os", "system") + b"a")
    yield "additems-object.pkl", whole(estimator + b")\x81(" + number(1) + b"\x90")
    yield "name-not-text.pkl", whole(number(1) + number(2) + b"\x93")
    yield "name-bytes.pkl", whole(b"C\x02os" + b"C\x06system" + b"\x93")
    yield "name-empty.pkl", whole(stack_name("", ""))
    yield "name-newline.pkl", whole(stack_name("os\n", "system"))
    yield "name-relative.pkl", whole(stack_name(".os", "system"))
    yield "name-null.pkl", whole(stack_name("os\x00", "system"))
    yield "two-results.pkl", whole(number(1) + number(2))
    yield "open-mark.pkl", whole(number(1) + b"(")
    yield "empty-stack.pkl", whole(b"R")
    yield "no-stop.pkl", b"\x80\x04N"
    yield "protocol-9.pkl", whole(b"N", 9)
    yield "frame-too-long.pkl", whole(b"\x95" + struct.pack("<Q", 1 << 40) + b"N")
    yield "trailing.pkl", pickle.dumps(honest()) + pickle.dumps(Runs(eval, code(marker)))
    yield "trailing-bytes.pkl", pickle.dumps(honest()) + b"\x00" * 10
    yield "leading-pickle.pkl", pickle.dumps(1) + pickle.dumps(honest())
    yield "reduce-not-tuple.pkl", whole(name("numpy", "dtype") + number(1) + b"R")
    yield "reduce-value.pkl", whole(call("numpy", "exp", number(1)))
    yield "reduce-metric.pkl", whole(call("sklearn.metrics._classification", "accuracy_score", b"]", b"]"))
    yield "reduce-estimator.pkl", whole(call("sklearn.linear_model._logistic", "LogisticRegression", number(1)))


def gadgets(marker: str) -> Iterator[Case]:
    """Small helpers of the standard library that call, look up or build."""
    words = text(touch(marker))
    system = name("os", "system")
    yield "getattr.pkl", whole(call("builtins", "getattr", name("os", "path"), text("os")))
    yield "getattr-allowed.pkl", whole(call("builtins", "getattr", name("numpy", "ndarray"), text("tofile")))
    yield "attrgetter.pkl", whole(call("operator", "attrgetter", text("system")))
    yield "methodcaller.pkl", whole(call("operator", "methodcaller", text("system"), words))
    yield "itemgetter.pkl", whole(call("operator", "itemgetter", text("eval")))
    yield "map.pkl", whole(call("builtins", "list", call("builtins", "map", system, b"]" + words + b"a")))
    yield "filter.pkl", whole(call("builtins", "tuple", call("builtins", "filter", system, b"]" + words + b"a")))
    yield "partial.pkl", whole(call("functools", "partial", system, words))
    yield (
        "partial-state.pkl",
        whole(call("functools", "partial", name("numpy", "exp")) + args(system, args(words), b"}", b"N") + b"b"),
    )
    yield (
        "partial-other.pkl",
        whole(
            call("functools", "partial", name("numpy", "exp")) + args(name("numpy", "save"), b")", b"}", b"N") + b"b"
        ),
    )
    yield (
        "partial-out.pkl",
        whole(
            call("functools", "partial", name("numpy", "exp"))
            + args(name("numpy", "exp"), b")", b"}" + text("out") + number(1) + b"s", b"N")
            + b"b"
        ),
    )
    yield (
        "partial-metric.pkl",
        whole(
            call("functools", "partial", name("sklearn.metrics._classification", "f1_score"))
            + args(b"N", b")", b"}", b"N")
            + b"b"
        ),
    )
    inner = call("functools", "partial", name("numpy", "exp")) + args(name("numpy", "exp"), b")", b"}", b"N") + b"b"
    yield "partial-chain.pkl", whole(name("functools", "partial") + b"(" + inner + b"tR")
    yield "reduce-function.pkl", whole(call("functools", "reduce", system, b"]" + words + b"a"))
    yield "cached-property.pkl", whole(call("functools", "cached_property", system))
    yield "singledispatch.pkl", whole(call("functools", "singledispatch", system))
    yield "starmap.pkl", whole(call("itertools", "starmap", system, b"]" + args(words) + b"a"))
    yield "defaultdict.pkl", whole(call("collections", "defaultdict", system))
    yield "defaultdict-eval.pkl", whole(call("collections", "defaultdict", name("builtins", "eval")))
    yield "userdict.pkl", whole(call("collections", "UserDict"))
    yield "namedtuple.pkl", whole(call("collections", "namedtuple", text("a"), text("b")))
    yield "type.pkl", whole(call("builtins", "type", text("A"), b")", b"}"))
    yield "super.pkl", whole(call("builtins", "super"))
    yield "property.pkl", whole(call("builtins", "property", system))
    yield "vars.pkl", whole(call("builtins", "vars"))
    yield "setattr.pkl", whole(call("builtins", "setattr", name("numpy", "ndarray"), text("x"), number(1)))
    yield "weakref.pkl", whole(call("weakref", "finalize", b"]", system, words))
    yield "contextlib.pkl", whole(call("contextlib", "ExitStack"))
    yield (
        "reconstructor.pkl",
        whole(call("copyreg", "_reconstructor", name("subprocess", "Popen"), name("builtins", "object"), b"N")),
    )
    yield (
        "reconstructor-base.pkl",
        whole(
            call(
                "copyreg", "_reconstructor", name("sklearn.dummy", "DummyClassifier"), name("subprocess", "Popen"), b"N"
            )
        ),
    )
    yield (
        "reconstructor-dict.pkl",
        whole(
            call("copyreg", "_reconstructor", name("sklearn.dummy", "DummyClassifier"), name("builtins", "dict"), b"}")
        ),
    )
    yield "newobj-helper.pkl", whole(call("copyreg", "__newobj__", name("subprocess", "Popen"), words))
    yield "newobj-ex-helper.pkl", whole(call("copyreg", "__newobj_ex__", name("subprocess", "Popen"), b")", b"}"))
    yield "copyreg-pickle.pkl", whole(call("copyreg", "pickle", name("builtins", "int"), system))
    yield "codecs-encode.pkl", whole(call("_codecs", "encode", text("x"), text("zlib")))
    yield "codecs-decode.pkl", whole(call("_codecs", "decode", b"C\x01x", text("zlib")))
    yield "codecs-lookup.pkl", whole(call("_codecs", "lookup", text("../x")))
    yield "bytes-of-size.pkl", whole(call("builtins", "bytearray", number(2_000_000_000)))
    yield "range-list.pkl", whole(call("builtins", "list", call("builtins", "range", number(2_000_000_000))))
    yield "regex.pkl", whole(call("re", "compile", text("(a+)+$")))
    yield "decimal.pkl", whole(call("decimal", "Decimal", text("1e999999999")))
    yield "uuid.pkl", whole(call("uuid", "getnode"))


def walks(marker: str) -> Iterator[Case]:
    """Names that lead out of an allowed module."""
    words = text(touch(marker))
    for module, attribute in (
        ("joblib.memory", "os.system"),
        ("joblib", "memory.os.system"),
        ("numpy", "os.system"),
        ("numpy.random._pickle", "os.system"),
        ("sklearn.base", "os.system"),
        ("sklearn.utils", "os.system"),
        ("sklearn.linear_model._logistic", "os"),
        ("sklearn.linear_model._logistic", "LogisticRegression.__init__.__globals__"),
        ("sklearn.linear_model._logistic", "LogisticRegression.fit"),
        ("sklearn.linear_model", "LogisticRegression.predict"),
        ("pandas", "io.common.os.system"),
        ("scipy", "os.system"),
        ("xgboost.core", "os.system"),
        ("lightgbm.basic", "subprocess.run"),
        ("numpy", "f2py.os.system"),
        ("numpy.testing._private.utils", "runstring"),
        ("numpy.f2py.diagnose", "run_command"),
        ("sklearn.externals._arff", "exec"),
        ("sklearn.linear_model._logistic", "numbers"),
        ("sklearn.linear_model._logistic", "warnings"),
        ("sklearn.linear_model._logistic", "Parallel"),
    ):
        yield (
            f"walk-{module}-{attribute}.pkl".replace("/", "_"),
            whole(stack_name(module, attribute) + args(words) + b"R"),
        )


def inside_allowed(marker: str) -> Iterator[Case]:
    """Functions and classes of the very libraries that models use."""
    words = text(touch(marker))
    path = text(marker)
    listed: list[tuple[str, str, list[bytes]]] = [
        ("numpy", "memmap", [path, text("uint8"), text("w+"), number(0), args(number(8))]),
        ("numpy", "save", [path, b"]"]),
        ("numpy", "savetxt", [path, b"]"]),
        ("numpy", "fromfile", [text("/etc/passwd")]),
        ("numpy", "loadtxt", [text("/etc/passwd")]),
        ("numpy", "genfromtxt", [text("/etc/passwd")]),
        ("numpy", "load", [path, b"N", b"\x88"]),
        ("numpy", "DataSource", [path]),
        ("numpy", "vectorize", [name("builtins", "eval")]),
        ("numpy", "apply_along_axis", [name("builtins", "eval"), number(0), b"]"]),
        ("numpy", "fromfunction", [name("builtins", "eval"), args(number(1))]),
        ("numpy", "frompyfunc", [name("builtins", "eval"), number(1), number(1)]),
        ("numpy", "piecewise", [b"]", b"]", b"]"]),
        ("numpy.core._internal", "eval", [text(code(marker))]),
        ("numpy.core", "_ufunc_reconstruct", [text("os"), text("system")]),
        ("numpy._core", "_ufunc_reconstruct", [text("os"), text("system")]),
        ("numpy.core._multiarray_umath", "_ufunc_reconstruct", [text("os"), text("system")]),
        ("numpy.random._pickle", "__randomstate_ctor", [words, name("os", "system")]),
        ("numpy.random._pickle", "__generator_ctor", [words, name("os", "system")]),
        ("numpy.random._pickle", "__bit_generator_ctor", [name("subprocess", "Popen")]),
        ("numpy.testing._private.utils", "runstring", [text(code(marker)), b"}"]),
        ("numpy.distutils.exec_command", "exec_command", [words]),
        ("numpy.f2py.crackfortran", "myeval", [text(code(marker))]),
        ("numpy.lib._utils_impl", "safe_eval", [text("1")]),
        ("scipy.io", "netcdf_file", [path, text("w")]),
        ("scipy.io", "savemat", [path, b"}"]),
        ("scipy.io._netcdf", "netcdf_file", [path, text("w")]),
        ("scipy._lib._util", "MapWrapper", [number(1)]),
        ("scipy.optimize._minimize", "minimize", [name("builtins", "eval"), words]),
        ("scipy.integrate", "quad", [name("builtins", "eval"), number(0), number(1)]),
        ("scipy.stats._distn_infrastructure", "rv_discrete", []),
        ("scipy.stats", "rv_histogram", [b"]"]),
        ("pandas", "eval", [text("__import__('os').system('true')")]),
        ("pandas.core.computation.eval", "eval", [text("1+1")]),
        ("pandas", "read_pickle", [path]),
        ("pandas", "read_csv", [text("/etc/passwd")]),
        ("pandas.io.pickle", "read_pickle", [path]),
        ("pandas.core.indexes.base", "_new_Index", [name("subprocess", "Popen"), b"}"]),
        ("pandas.core.indexes.datetimes", "_new_DatetimeIndex", [name("subprocess", "Popen"), b"}"]),
        ("pandas.io.sql", "read_sql", [words, words]),
        ("pandas.io.common", "get_handle", [path, text("w")]),
        ("joblib", "load", [path]),
        ("joblib", "dump", [b"]", path]),
        ("joblib.numpy_pickle", "load", [path]),
        ("joblib.func_inspect", "get_func_code", [words]),
        ("joblib.memory", "MemorizedFunc", [name("os", "system"), path]),
        ("joblib.parallel", "BatchedCalls", [b"]"]),
        ("joblib.externals.loky.process_executor", "_process_worker", []),
        ("joblib.externals.cloudpickle.cloudpickle", "_make_function", []),
        ("joblib.externals.cloudpickle.cloudpickle", "subimport", [text("os")]),
        ("joblib.disk", "mkdirp", [path]),
        ("joblib._store_backends", "FileSystemStoreBackend", []),
        ("sklearn.utils._testing", "TempMemmap", [b"]"]),
        ("sklearn.utils.fixes", "_open_binary", [words]),
        ("sklearn.datasets._base", "load_files", [text("/etc")]),
        ("sklearn.datasets._base", "fetch_file", [text("http://127.0.0.1:9")]),
        ("sklearn.datasets", "fetch_openml", []),
        ("sklearn.utils.parallel", "_FuncWrapper", [name("os", "system")]),
        ("sklearn.utils._pprint", "_EstimatorPrettyPrinter", []),
        ("sklearn.utils.metaestimators", "_safe_split", []),
        ("sklearn.feature_extraction.text", "strip_accents_unicode", [words]),
        ("sklearn.base", "clone", [honest_pickle()]),
        ("xgboost.core", "Booster", [b"}", b"]", path]),
        ("xgboost.core", "_load_lib", []),
        ("lightgbm.basic", "Booster", [b"N", b"N", path]),
        ("lightgbm.basic", "_safe_call", [number(1)]),
        ("lightgbm.basic", "_TempFile", []),
        ("catboost.core", "CatBoost", [b"}"]),
        ("catboost.core", "Pool", [path]),
        ("matplotlib.cbook", "get_sample_data", [path]),
        ("patsy.eval", "EvalFactor", [text(code(marker))]),
    ]
    for module, attribute, parts in listed:
        yield f"inside-{module}.{attribute}.pkl", whole(call(module, attribute, *parts))
        yield f"inside-new-{module}.{attribute}.pkl", whole(name(module, attribute) + args(*parts) + b"\x81")


def honest_pickle() -> bytes:
    """A body that builds a model."""
    return name("sklearn.linear_model._logistic", "LogisticRegression") + b")\x81"


def nested(marker: str) -> Iterator[Case]:
    """Pickles inside pickles and joblib's own ways of reading."""
    evil = pickle.dumps(Runs(eval, code(marker)))
    for protocol in (2, 4, 5):
        yield (
            f"object-array-p{protocol}.pkl",
            pickle.dumps(np.array([Runs(eval, code(marker))], dtype=object), protocol),
        )
    target = io.BytesIO()
    joblib.dump({"a": np.array([Runs(eval, code(marker))], dtype=object)}, target)
    yield "object-array.joblib", target.getvalue()
    for compress in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        target = io.BytesIO()
        joblib.dump([honest(), Runs(eval, code(marker))], target, compress=(compress, 3))
        yield f"reduce-{compress}.joblib", target.getvalue()
        target = io.BytesIO()
        joblib.dump([np.array([Runs(eval, code(marker)), 1], dtype=object)], target, compress=(compress, 3))
        yield f"object-array-{compress}.joblib", target.getvalue()
    wrapper = name("joblib.numpy_pickle_compat", "NDArrayWrapper") + b")\x81}"
    wrapper += text("filename") + text("/etc/passwd") + b"s" + text("subclass") + name("numpy", "ndarray") + b"sb"
    yield "companion-file.joblib", whole(wrapper)
    wrapper = name("joblib.numpy_pickle_compat", "ZNDArrayWrapper") + b")\x81}" + text("filename") + text("../x") + b"s"
    wrapper += text("init_args") + args(name("os", "system")) + b"s" + text("state") + b")sb"
    yield "companion-zfile.joblib", whole(wrapper)
    yield "zfile.joblib", b"ZF" + hex(len(evil)).encode().ljust(19) + zlib.compress(evil)
    yield "zfile-lies.joblib", b"ZF" + b"0xffffffffffffffff".ljust(19) + zlib.compress(evil)
    yield "pickled-bytes.pkl", pickle.dumps({"model": pickle.dumps(Runs(eval, code(marker))), "load": pickle.loads})
    yield "python-2.pkl", b"csklearn.linear_model.logistic\nLogisticRegression\np0\n" + evil


def containers(marker: str) -> Iterator[Case]:
    """Compression that hides, lies or trails."""
    evil = pickle.dumps(Runs(eval, code(marker)))
    good = pickle.dumps(honest())
    yield "gzip.pkl", gzip.compress(evil)
    yield "bz2.pkl", bz2.compress(evil)
    yield "xz.pkl", lzma.compress(evil)
    yield "lzma.pkl", lzma.compress(evil, lzma.FORMAT_ALONE)
    yield "zlib.pkl", zlib.compress(evil)
    yield "gzip-twice.pkl", gzip.compress(gzip.compress(good))
    yield "gzip-members.pkl", gzip.compress(good) + gzip.compress(evil)
    yield "gzip-trailing.pkl", gzip.compress(good) + evil
    yield "xz-trailing.pkl", lzma.compress(good) + evil
    yield "bz2-trailing.pkl", bz2.compress(good) + evil
    yield "zlib-cut.pkl", zlib.compress(good)[:-20]
    yield "gzip-cut.pkl", gzip.compress(good)[:-20]
    yield "xz-cut.pkl", lzma.compress(good)[:-20]
    yield "gzip-broken.pkl", gzip.compress(good)[:40] + b"\xff" * 40
    yield "lz4-empty.pkl", b"\x04\x22\x4d\x18"
    yield "empty.pkl", b""
    yield "one-byte.pkl", b"\x80"


def trojans(marker: str) -> Iterator[Case]:
    """Real estimators with something in them that would act later."""
    import os

    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    for attribute, value in (
        ("predict", np.exp),
        ("predict_proba", np.exp),
        ("decision_function", np.exp),
        ("get_params", np.exp),
        ("coef_", np.exp),
        ("classes_", np.log),
        ("n_features_in_", np.sqrt),
        ("coef_", float),
        ("anything", os.path.join),
        ("_validate_data", np.exp),
        ("__sklearn_tags__", np.exp),
        ("coef_", type),
        ("coef_", np.ndarray.tofile),
    ):
        model = honest()
        vars(model)[attribute] = value
        if value is float:
            continue  # a number type is a setting like any other
        yield f"trojan-{attribute}-{getattr(value, '__name__', 'x')}.pkl", pickle.dumps(model)
    for function in (os.system, eval, np.save, np.load, np.fromfile, os.remove, print, open, getattr, __import__):
        yield (
            f"transformer-{function.__name__}.pkl",
            pickle.dumps(make_pipeline(FunctionTransformer(function), honest())),
        )
    for kind in (CountVectorizer, HashingVectorizer):
        for source in ("filename", "file"):
            yield f"reads-files-{kind.__name__}-{source}.pkl", pickle.dumps(make_pipeline(kind(input=source), honest()))
    yield "analyzer.pkl", pickle.dumps(CountVectorizer(analyzer=eval))
    yield "tokenizer.pkl", pickle.dumps(CountVectorizer(tokenizer=os.system))
    yield "scoring.pkl", pickle.dumps(GridSearchCV(honest(), {}, scoring=eval))
    looped = make_pipeline(FunctionTransformer(), honest())
    looped.steps.append(("again", looped))
    yield "pipeline-in-itself.pkl", pickle.dumps(looped)
    model = honest()
    model.estimator = model
    yield "estimator-in-itself.pkl", pickle.dumps(model)
    listed: list[Any] = [honest()]
    listed.append(listed)
    yield "list-in-itself.pkl", pickle.dumps(listed)
    booster = name("lightgbm.basic", "Booster") + b")\x81}" + text("_handle") + number(12345) + b"sb"
    yield "lightgbm-pointer.pkl", whole(booster)
    booster = name("xgboost.core", "Booster") + b")\x81}" + text("handle") + number(12345) + b"sb"
    yield "xgboost-pointer.pkl", whole(booster)
    yield "lightgbm-empty.pkl", whole(name("lightgbm.basic", "Booster") + b")\x81}b")
    yield (
        "unfilled-tree.pkl",
        whole(b"]" + name("sklearn.tree._tree", "Tree") + args(number(3), b"]", number(1)) + b"Ra"),
    )
    yield (
        "unfilled-array.pkl",
        whole(
            b"]"
            + call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), args(number(0)), b"C\x01b")
            + b"a"
        ),
    )
    yield (
        "unfilled-neighbours.pkl",
        whole(b"]" + call("sklearn.neighbors._kd_tree", "newObj", name("sklearn.neighbors._kd_tree", "KDTree")) + b"a"),
    )
    yield (
        "distance-function.pkl",
        whole(
            call("sklearn.metrics._dist_metrics", "newObj", name("sklearn.metrics._dist_metrics", "PyFuncDistance64"))
        ),
    )
    yield "other-class.pkl", whole(call("sklearn.neighbors._kd_tree", "newObj", name("subprocess", "Popen")))


def _changed_tree(change: Callable[[dict[str, Any]], None]) -> bytes:
    """A pickled tree whose state was changed."""
    from sklearn.tree._tree import Tree

    class Fake:
        def __reduce__(self) -> Any:
            kept = model_tree.__reduce__()
            state = {key: value.copy() if hasattr(value, "copy") else value for key, value in kept[2].items()}
            change(state)
            return Tree, kept[1], state

    model = tree()
    model_tree = model.tree_
    model.tree_ = Fake()
    return pickle.dumps(model)


def broken_arrays(_marker: str) -> Iterator[Case]:
    """Sizes and indices that lie to compiled code."""

    def put(field: str, place: int, value: Any) -> Callable[[dict[str, Any]], None]:
        def change(state: dict[str, Any]) -> None:
            state["nodes"][field][place] = value

        return change

    yield "tree-own-child.pkl", _changed_tree(put("left_child", 0, 0))
    yield "tree-cycle.pkl", _changed_tree(put("right_child", 1, 0))
    yield "tree-child-far.pkl", _changed_tree(put("left_child", 0, 1_000_000))
    yield "tree-child-negative.pkl", _changed_tree(put("left_child", 0, -7))
    yield "tree-feature-far.pkl", _changed_tree(put("feature", 0, 1_000_000))
    yield "tree-feature-negative.pkl", _changed_tree(put("feature", 0, -9))
    yield "tree-count.pkl", _changed_tree(lambda state: state.update(node_count=10_000))
    yield "tree-depth.pkl", _changed_tree(lambda state: state.update(max_depth=-5))
    yield "tree-values.pkl", _changed_tree(lambda state: state.update(values=state["values"][:1]))
    yield "tree-no-nodes.pkl", _changed_tree(lambda state: state.update(nodes=state["nodes"][:0]))
    wide = tree(5)
    wide.n_features_in_ = 2
    yield "tree-columns.pkl", pickle.dumps(wide)
    plain = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), args(number(0)), b"C\x01b")
    for label, kind in (("f8", "f8"), ("O", "O"), ("V8", "V8")):
        dtype = call("numpy", "dtype", text(kind), b"\x89", b"\x88")
        state = args(number(1), args(number(1_000_000)), dtype, b"\x89", b"C\x08aaaaaaaa")
        yield f"array-size-{label}.pkl", whole(plain + state + b"b")
    flags = (
        call("numpy", "dtype", text("V8"), b"\x89", b"\x88")
        + args(number(3), text("<"), b"N", b"N", b"N", number(8), number(1), number(63))
        + b"b"
    )
    yield "dtype-flags.pkl", whole(plain + args(number(1), args(number(1)), flags, b"\x89", b"C\x08aaaaaaaa") + b"b")
    forged = (
        call("numpy", "dtype", text("f8"), b"\x89", b"\x88")
        + args(number(3), text("<"), b"N", b"N", b"N", number(800), number(1), number(63))
        + b"b"
    )
    yield (
        "dtype-object-flag.pkl",
        whole(plain + args(number(1), args(number(1)), forged, b"\x89", b"C\x09aaaaaaaaa") + b"b"),
    )
    yield "dtype-code.pkl", whole(call("numpy", "dtype", text("O&"), b"\x89", b"\x88"))
    yield (
        "array-negative.pkl",
        whole(
            plain
            + args(
                number(1),
                args(number(-1)),
                call("numpy", "dtype", text("f8"), b"\x89", b"\x88"),
                b"\x89",
                b"C\x08aaaaaaaa",
            )
            + b"b"
        ),
    )
    yield (
        "array-overflow.pkl",
        whole(
            plain
            + args(
                number(1),
                args(*[number(2**30)] * 4),
                call("numpy", "dtype", text("f8"), b"\x89", b"\x88"),
                b"\x89",
                b"C\x00",
            )
            + b"b"
        ),
    )
    yield (
        "scalar-object.pkl",
        whole(
            call(
                "numpy._core.multiarray",
                "scalar",
                call("numpy", "dtype", text("O"), b"\x89", b"\x88"),
                b"C\x08aaaaaaaa",
            )
        ),
    )
    yield (
        "scalar-short.pkl",
        whole(
            call("numpy._core.multiarray", "scalar", call("numpy", "dtype", text("f8"), b"\x89", b"\x88"), b"C\x01a")
        ),
    )
    yield (
        "frombuffer-object.pkl",
        whole(
            call(
                "numpy._core.numeric",
                "_frombuffer",
                b"C\x08aaaaaaaa",
                call("numpy", "dtype", text("O"), b"\x89", b"\x88"),
                args(number(1)),
                text("C"),
            )
        ),
    )
    yield "mersenne-position.pkl", _mersenne()
    yield "sparse-index.pkl", _sparse(1_000_000)
    yield "sparse-negative.pkl", _sparse(-5)
    yield "svm-sizes.pkl", _support_vectors()
    yield "forest-columns.pkl", _forest()
    yield "boosting-width.pkl", _boosting()
    yield "histogram-feature.pkl", _histogram(lambda nodes: nodes["feature_idx"].__setitem__(0, 1_000))
    yield "histogram-cycle.pkl", _histogram(lambda nodes: nodes["left"].__setitem__(0, 0))
    yield "neighbours-index.pkl", _neighbours()


def _mersenne() -> bytes:
    """A random state whose position lies outside its key."""
    state = np.random.RandomState(0)
    inner = state.__getstate__()
    inner["state"] = {**inner["state"], "pos": 10**9}

    class Fake:
        def __reduce__(self) -> Any:
            return np.random._pickle.__dict__["__randomstate_ctor"], ("MT19937",), inner

    return pickle.dumps(Fake())


def _sparse(value: int) -> bytes:
    """A sparse matrix with an index out of range."""
    from scipy.sparse import csr_matrix

    model = honest()
    model.coef_ = csr_matrix(model.coef_)
    model.coef_.indices[0] = value
    return pickle.dumps(model)


def _support_vectors() -> bytes:
    """A support vector machine with fewer coefficients than vectors."""
    from sklearn.svm import SVC

    x = np.random.default_rng(0).normal(size=(40, 3))
    model = SVC().fit(x, x[:, 0] > 0)
    model._dual_coef_ = model._dual_coef_[:, :2]
    return pickle.dumps(model)


def _forest() -> bytes:
    """A forest that passes fewer columns than its trees read."""
    from sklearn.ensemble import RandomForestClassifier

    x = np.random.default_rng(0).normal(size=(40, 5))
    model = RandomForestClassifier(3, random_state=0).fit(x, x[:, 0] > 0)
    model.n_features_in_ = 1
    return pickle.dumps(model)


def _boosting() -> bytes:
    """Gradient boosting with more trees per round than outputs."""
    from sklearn.ensemble import GradientBoostingClassifier

    x = np.random.default_rng(0).normal(size=(40, 5))
    model = GradientBoostingClassifier(n_estimators=3, random_state=0).fit(x, x[:, 0] > 0)
    model.estimators_ = np.repeat(model.estimators_, 50, axis=1)
    return pickle.dumps(model)


def _histogram(change: Callable[[Any], None]) -> bytes:
    """Histogram boosting with changed nodes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    x = np.random.default_rng(0).normal(size=(80, 3))
    model = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=5).fit(x, x[:, 0] > 0)
    change(model._predictors[0][0].nodes)
    return pickle.dumps(model)


def _neighbours() -> bytes:
    """A neighbour tree that points behind its rows."""
    from sklearn.neighbors import KNeighborsClassifier

    x = np.random.default_rng(0).normal(size=(40, 3))
    model = KNeighborsClassifier(algorithm="kd_tree").fit(x, x[:, 0] > 0)
    kept = model._tree.__reduce__()

    class Fake:
        def __reduce__(self) -> Any:
            state = list(kept[2])
            state[1] = np.full_like(state[1], 10**9)
            return kept[0], kept[1], tuple(state)

    model._tree = Fake()
    return pickle.dumps(model)


def bombs(_marker: str) -> Iterator[Case]:
    """Small files that would become large, deep or slow."""
    zeros = b"B" + struct.pack("<I", 8 * 10**7) + b"\x00" * (8 * 10**7)
    yield "bomb-zlib.pkl", zlib.compress(whole(zeros), 9)
    yield "bomb-gzip.pkl", gzip.compress(whole(zeros), 9)
    yield "bomb-bz2.pkl", bz2.compress(whole(zeros), 9)
    yield "bomb-xz.pkl", lzma.compress(whole(zeros), preset=1)
    yield "deep-list.pkl", whole(b"]" * 200_000 + b"a" * 199_999)
    yield "deep-tuple.pkl", whole(b")" + b"\x85" * 100_000)
    yield "deep-tuple-key.pkl", whole(b"})" + b"\x85" * 20_000 + b"Ns")
    yield "deep-marks.pkl", whole(b"(" * 500_000)
    yield "laughs-key.pkl", whole(b"})" + b"2\x86" * 60 + b"Ns")
    yield "laughs-set.pkl", whole(b"\x8f()" + b"2\x86" * 60 + b"\x90")
    yield "number.pkl", whole(b"L" + b"9" * 400_000 + b"L\n")
    yield "number-binary.pkl", whole(b"\x8b" + struct.pack("<i", 400_000) + b"\x7f" * 400_000)
    yield "length-text.pkl", whole(b"\x8d" + struct.pack("<Q", 1 << 50))
    yield "length-bytes.pkl", whole(b"\x8e" + struct.pack("<Q", 1 << 50))
    yield "length-bytearray.pkl", whole(b"\x96" + struct.pack("<Q", 1 << 50))
    yield "memo-index.pkl", whole(b"Nr\xff\xff\xff\xffj\xfe\xff\xff\xff")


def slow(_marker: str) -> Iterator[Case]:
    """Small files whose reading, or whose reading by a library, would take hours: nothing in them is large or deep."""
    item = b"csklearn.linear_model._logistic\nLogisticRegression\n)\x81}"
    lists, tuples = (_repeated(start, end) for start, end in ((b"](", b"e"), (b"(", b"t")))
    for name in ("classes_", "coef_", "feature_names_in_"):
        yield f"slow-lists-{name}.pkl", whole(lists + b"0" + item + text(name) + b"h\x08sb")
        yield f"slow-tuples-{name}.pkl", whole(tuples + b"0" + item + text(name) + b"h\x08sb")
    yield "slow-lists-alone.pkl", whole(lists)
    alike = [
        b"(" + b"".join(b"J" + struct.pack("<i", -1 - (turn >> bit & 1)) for bit in range(15)) + b"t"
        for turn in range(20_000)
    ]
    yield "slow-keys-alike.pkl", whole(b"}(" + b"N".join(alike) + b"Nu")
    yield "slow-items-alike.pkl", whole(b"\x8f(" + b"".join(alike) + b"\x90")
    many = b"(" + b"".join(b"J" + struct.pack("<i", turn) for turn in range(200_000)) + b"t\x94("
    for name in ("set", "list"):
        yield (
            f"slow-{name}-again.pkl",
            whole(
                many
                + b"cbuiltins\n"
                + name.encode()
                + b"\nh\x00\x85R"
                + (b"cbuiltins\n" + name.encode() + b"\nh\x00\x85R") * 500
                + b"t"
            ),
        )
    yield "slow-estimators.pkl", whole(b"(" + (item + b"b") * 250_000 + b"t")
    yield "slow-names.pkl", gzip.compress(whole(b"(" + b"cnumpy\nlog1p\n0" * 700_000 + b"t"), 9)


def _repeated(start: bytes, end: bytes) -> bytes:
    """Groups of two hundred, each holding the one before two hundred times, nine deep, in the memo from 0 to 8."""
    found = start + b"K\x01" * 200 + end + b"\x94"
    for turn in range(8):
        found += b"0" + start + bytes((0x68, turn)) * 200 + end + b"\x94"
    return found


def natives(_marker: str) -> Iterator[Case]:
    """Broken files of the boosters."""
    import lightgbm
    import xgboost

    x = np.random.default_rng(0).normal(size=(80, 3))
    booster = xgboost.train({"max_depth": 3, "verbosity": 0}, xgboost.DMatrix(x, x[:, 0]), 2)
    document = json.loads(booster.save_raw("json").decode())

    def changed(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> bytes:
        copy = json.loads(json.dumps(document))
        model = copy["learner"]["gradient_booster"]["model"]
        change(copy, model["trees"][0])
        return json.dumps(copy).encode()

    yield "xgb-cycle.json", changed(lambda _d, t: t["left_children"].__setitem__(0, 0))
    yield "xgb-child.json", changed(lambda _d, t: t["right_children"].__setitem__(0, 10**6))
    yield "xgb-column.json", changed(lambda _d, t: t["split_indices"].__setitem__(0, 10**6))
    yield "xgb-short.json", changed(lambda _d, t: t.__setitem__("split_conditions", [1.0]))
    yield "xgb-nodes.json", changed(lambda _d, t: t["tree_param"].__setitem__("num_nodes", "1000000"))
    yield (
        "xgb-group.json",
        changed(lambda d, _t: d["learner"]["gradient_booster"]["model"].__setitem__("tree_info", [5, 5])),
    )
    yield (
        "xgb-columns.json",
        changed(lambda d, _t: d["learner"]["learner_model_param"].__setitem__("num_feature", "-1")),
    )
    yield (
        "xgb-rounds.json",
        changed(lambda d, _t: d["learner"]["gradient_booster"]["model"].__setitem__("iteration_indptr", [0, 900])),
    )
    yield "xgb-deep.json", b'{"learner":' * 100_000
    raw = bytes(booster.save_raw("ubj"))
    yield "xgb-cut.ubj", raw[: len(raw) // 2]
    yield (
        "xgb-length.ubj",
        raw.replace(b"L\x00\x00\x00\x00\x00\x00\x00\x07learner", b"L\x7f\x00\x00\x00\x00\x00\x00\x07learner"),
    )
    pickled = pickle.dumps(booster)
    yield (
        "xgb-pickle.pkl",
        pickled.replace(
            b"left_children[$l#L\x00\x00\x00\x00\x00\x00\x00\x0f", b"left_children[$l#L\x00\x00\x00\x00\x00\x0f\x00\x0f"
        )[:-5]
        + b".",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lines = lightgbm.train({"verbose": -1, "num_leaves": 5}, lightgbm.Dataset(x, x[:, 0]), 2).model_to_string()
    yield "lgb-cycle.txt", _line(lines, "left_child", lambda parts: ["0", *parts[1:]])
    yield "lgb-child.txt", _line(lines, "right_child", lambda parts: ["9999", *parts[1:]])
    yield "lgb-leaf.txt", _line(lines, "left_child", lambda parts: ["-9999", *parts[1:]])
    yield "lgb-column.txt", _line(lines, "split_feature", lambda parts: ["9999", *parts[1:]])
    yield "lgb-short.txt", _line(lines, "leaf_value", lambda parts: parts[:1])
    yield "lgb-leaves.txt", _line(lines, "num_leaves", lambda _parts: ["1000000"])
    yield "lgb-sizes.txt", _line(lines, "tree_sizes", lambda _parts: ["5", "5"])
    yield "lgb-cut.txt", lines[: lines.index("leaf_value")].encode()
    yield "cat-cut.cbm", b"CBM1" + struct.pack("<I", 1 << 30) + b"\x00" * 100
    yield "cat-noise.cbm", b"CBM1" + struct.pack("<I", 200) + bytes(range(200))


def _line(model: str, field: str, change: Callable[[list[str]], list[str]]) -> bytes:
    """A LightGBM model with one line changed; the announced sizes are made to fit unless they are the point."""
    before = next(line for line in model.splitlines() if line.startswith(field + "="))
    after = f"{field}={' '.join(change(before.partition('=')[2].split()))}"
    changed = model.replace(before, after, 1)
    if field != "tree_sizes":
        sizes = next(line for line in changed.splitlines() if line.startswith("tree_sizes="))
        first, *rest = [int(part) for part in sizes.partition("=")[2].split()]
        fitted = "tree_sizes=" + " ".join(str(size) for size in (first + len(after) - len(before), *rest))
        changed = changed.replace(sizes, fitted, 1)
    return changed.encode()


def archives(marker: str) -> Iterator[Case]:
    """skops, Keras, PyTorch and ONNX files with something in them."""
    import skops.io

    plain = skops.io.dumps(honest())
    for label, module, attribute in (
        ("system", "os", "system"),
        ("popen", "subprocess", "Popen"),
        ("eval", "builtins", "eval"),
        ("partial", "functools", "partial"),
        ("getter", "operator", "methodcaller"),
        ("memmap", "numpy", "memmap"),
        ("distribution", "scipy.stats._distn_infrastructure", "rv_discrete"),
    ):
        yield f"skops-{label}.skops", _skops(plain, module, attribute)
    yield "skops-path.skops", zipped({"../../etc/x": b"x", "schema.json": b"{}"})
    small = zipped({"schema.json": b"{}", "big": b"\x00" * 1_000_003})
    yield "skops-bomb.skops", small.replace(struct.pack("<I", 1_000_003), struct.pack("<I", 0x7FFF0000))
    yield "skops-no-schema.skops", zipped({"schema.json": b"[]"})
    yield "torch.pt", zipped({"archive/data.pkl": pickle.dumps(Runs(eval, code(marker)))})
    lambda_layer = {"class_name": "Lambda", "config": {"function": code(marker)}}
    for label, layer in (
        ("lambda", lambda_layer),
        ("module", {"module": "os", "class_name": "system", "config": {}}),
        ("registered", {"class_name": "X", "registered_name": "os>system", "config": {}}),
    ):
        config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
        members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}", "model.weights.h5": b""}
        yield f"keras-{label}.keras", zipped(members)
    yield "keras-path.keras", zipped({"config.json": b"{}", "metadata.json": b"{}", "../../x.h5": b""})
    yield "keras.h5", b"\x89HDF\r\n\x1a\n" + b"\x00" * 200
    yield from _onnx(marker)


def _skops(plain: bytes, module: str, attribute: str) -> bytes:
    """A skops file whose root is another type."""
    with zipfile.ZipFile(io.BytesIO(plain)) as source:
        members = {item: source.read(item) for item in source.namelist()}
    schema = json.loads(members["schema.json"])
    schema["__module__"], schema["__class__"] = module, attribute
    return zipped({**members, "schema.json": json.dumps(schema).encode()})


def _onnx(_marker: str) -> Iterator[Case]:
    """Graphs that reach outside themselves."""
    from onnx import TensorProto, helper

    def model(tensor: Any, domain: str = "", operator: str = "MatMul") -> bytes:
        node = helper.make_node(operator, ["x", "w"], ["y"], domain=domain)
        ends = [helper.make_tensor_value_info(part, TensorProto.FLOAT, [None, 2]) for part in "xy"]
        graph = helper.make_graph([node], "g", ends[:1], ends[1:], [tensor])
        opsets = [helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])]
        return helper.make_model(graph, opset_imports=opsets).SerializeToString()

    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 2], data_location=TensorProto.EXTERNAL)
    for label, location in (("passwd", "/etc/passwd"), ("up", "../../../etc/passwd"), ("same", "weights.bin")):
        tensor = TensorProto()
        tensor.CopyFrom(outside)
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", location
        yield f"onnx-external-{label}.onnx", model(tensor)
    inside = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [1.0, 0.0, 0.0, 1.0])
    yield "onnx-domain.onnx", model(inside, "com.evil", "Run")
    yield "onnx-microsoft.onnx", model(inside, "com.microsoft", "MatMul")
    yield "onnx-python.onnx", model(inside, "ai.onnx.contrib", "PyOp")
    good = model(inside)
    yield "onnx-cut.onnx", good[: len(good) // 2]
    yield "onnx-noise.onnx", b"\x08\x07" + bytes(range(256)) * 4
