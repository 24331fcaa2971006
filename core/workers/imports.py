"""What the parent imports before it forks, so that a locked worker never has to open a file."""

from __future__ import annotations

import codecs
import importlib
import pkgutil
import sys
import warnings

_LIBRARIES = (
    *("sklearn.utils.parallel", "sklearn.utils._repr_html", "sklearn.inspection", "scipy.stats", "scipy.sparse.linalg"),
    *("xgboost", "lightgbm", "catboost", "onnxruntime", "skops.io", "pyarrow.parquet", "openpyxl", "lz4.frame"),
    *("pandas.io.formats.style", "zoneinfo", "multiprocessing.pool", "_strptime", "shap", "lime.lime_tabular"),
    *("core.engine", "core.codec", "core.loading.models", "core.loading.tables", "core.portable"),
)
_ENCODINGS = (
    *("raw-unicode-escape", "unicode-escape", "ascii", "latin1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *("utf-32", "utf-32-le", "utf-32-be", "idna", "punycode", "mbcs" if sys.platform == "win32" else "cp437", "cp1252"),
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp850", "cp932", "cp949", "cp950", "cp936", "big5", "gb18030"),
    *("euc_jp", "euc_kr", "shift_jis", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r"),
    *("mac-roman", "tis-620", "cp1255", "cp1256"),
)
_PACKAGES = (
    *("core.methods", "core.models", "core.portable", "core.loading", "core.loading.formats", "core.loading.unpickle"),
    *("core.counterfactual", "core.views"),
)
_SKIPPED = ("generate",)


def load() -> list[str]:
    """Import everything that is installed; returns the names that are missing."""
    missing = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _LIBRARIES:
            if not _import(name):
                missing.append(name)
        for package in _PACKAGES:
            missing += [name for name in _modules(package) if not _import(name)]
        from core.loading.unpickle.allowed import preload

        preload()
        _first_uses()
    return missing


def _import(name: str) -> bool:
    """Import a module if it is there and works."""
    try:
        importlib.import_module(name)
    except Exception:  # an optional library may be missing, or broken in a way of its own
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


def _first_uses() -> None:
    """Let libraries do now what they do on first use: read lists of threads pools, compile small functions."""
    import numpy as np
    import pandas as pd
    from sklearn.utils.parallel import _get_threadpool_controller

    for name in _ENCODINGS:
        codecs.lookup(name)
    _get_threadpool_controller()
    pd.Series(["a", "b"]).astype("category")
    np.linalg.inv(np.eye(3))
    pd.to_datetime(["2024-01-01"])
