"""Pickles that call what they must not: in every protocol, opcode and way to reach a function; see ``hostile.py``."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.security.hostile import Case, Runs, args, call, code, honest, name, number, stack_name, text, touch, whole


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (reduces, opcodes, gadgets, walks):
        yield from part(str(marker))


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
