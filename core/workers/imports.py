"""What the parent imports before it forks, so that a locked worker never has to open a file."""

from __future__ import annotations

import codecs
import importlib
import pkgutil
import sys
import warnings

_LIBRARIES = (
    *("sklearn.utils.parallel", "sklearn.utils._repr_html", "sklearn.inspection", "scipy.stats", "scipy.sparse.linalg"),
    *("xgboost", "lightgbm", "catboost", "onnxruntime", "pyarrow.parquet", "openpyxl", "lz4.frame"),
    *(
        "pandas.io.formats.style",
        "zoneinfo",
        "multiprocessing.pool",
        "_strptime",
        "shap",
        "lime.lime_tabular",
        "charset_normalizer",
    ),
    *("core.engine", "core.codec", "core.loading.models", "core.loading.tables", "core.portable"),
)
_ENCODINGS = (
    *(
        "raw-unicode-escape",
        "unicode-escape",
        "ascii",
        "latin1",
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
    ),
    *("utf-32", "utf-32-le", "utf-32-be", "idna", "punycode", "mbcs" if sys.platform == "win32" else "cp437", "cp1252"),
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp850", "cp932", "cp949", "cp950", "cp936", "big5", "gb18030"),
    *("euc_jp", "euc_kr", "shift_jis", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r"),
    *("mac-roman", "tis-620", "cp1255", "cp1256", "cp1258", "cp866", "cp874"),
)
_PACKAGES = (
    *("core.methods", "core.models", "core.portable", "core.loading", "core.loading.formats", "core.loading.unpickle"),
    *("core.counterfactual", "core.lime", "core.shapley", "core.views", "core.tuning"),
)
_WHOLE = ("sklearn", "narwhals", "joblib", "xgboost", "lightgbm", "category_encoders", "imblearn")
_SKIPPED = ("generate",)
_NEVER = frozenset(
    (
        "tests",
        "testing",
        "_testing",
        "conftest",
        "datasets",
        "externals",
        "loky",
        "keras",
        "tensorflow",
        "dask",
        "spark",
        "_build_utils",
        "__main__",
        "this",
        "sql",
        "_spark_like",
        "_ibis",
        "_duckdb",
        "_dask",
        "plotting",
        "federated",
        "test",
    )
)


def load() -> list[str]:
    """Import everything that is installed; returns the names that are missing."""
    missing = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _LIBRARIES:
            missing += [] if _import(name) else [name]
        for package in _PACKAGES:
            missing += [name for name in _modules(package) if not _import(name)]
        for package in _WHOLE:
            _walk(package)
        from core.loading.unpickle.allowed import preload

        preload()
        _count_processors()
        _first_uses()
    return missing


def _import(name: str) -> bool:
    """Import a module if it is there and works."""
    try:
        importlib.import_module(name)
    except (Exception, SystemExit):  # an optional library may be missing, or broken in a way of its own
        return False
    return True


def _modules(package: str) -> list[str]:
    """Modules of one of our packages."""
    try:
        root = importlib.import_module(package)
    except ImportError:
        return []
    found = [f"{package}.{item.name}" for item in pkgutil.iter_modules(root.__path__)]
    return [name for name in found if name.rpartition(".")[2] not in _SKIPPED and not name.endswith("__main__")]


def _walk(package: str) -> None:
    """Import a library with all its parts, so that none is looked for later."""
    if not _import(package):
        return
    for item in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        if item.name.rpartition(".")[2] not in _NEVER:
            (_walk if item.ispkg else _import)(item.name)


def _count_processors() -> None:
    """Let compiled loops of scikit-learn take as many threads as they would in the app.

    joblib without processes, as it is here, tells one processor; a locked worker may not look up how many there are.
    """
    from joblib.externals.loky import cpu_count
    from sklearn.utils import _openmp_helpers

    for physical in (True, False):
        _openmp_helpers._CPU_COUNTS[physical] = cpu_count(only_physical_cores=physical)


def _first_uses() -> None:
    """Let libraries do now what they do on first use: read lists of threads pools, compile small functions."""
    import numpy as np
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.tree import DecisionTreeRegressor
    from sklearn.utils.parallel import _get_threadpool_controller

    for name in _ENCODINGS:
        codecs.lookup(name)
    _get_threadpool_controller()
    frame = pd.DataFrame(
        {"a": [0.0, 1.0, 2.0, 3.0], "b": ["x", "y", "x", "z"], "c": pd.Categorical(["u", "v", "u", "v"])}
    )
    pd.to_datetime(["2024-01-01", "2 January 2024"], format="mixed")
    front = ColumnTransformer([("n", StandardScaler(), ["a"]), ("c", OneHotEncoder(), ["b", "c"])])
    model = make_pipeline(front, LogisticRegression()).fit(frame, ["no", "yes", "no", "yes"])
    model.predict_proba(frame)
    DecisionTreeRegressor().fit(frame[["a"]], [0.0, 1.0, 2.0, 3.0]).predict(frame[["a"]])
    np.linalg.inv(np.eye(3))
