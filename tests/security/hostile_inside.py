"""Hostile files that stay inside allowed modules, nest pickles, or hide calls in an honest model's state; see ``hostile.py``."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from tests.security.hostile import Case, Runs, args, call, code, honest, name, number, text, touch, whole


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (inside_allowed, nested, containers, trojans):
        yield from part(str(marker))


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
