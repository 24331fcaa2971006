"""Write ``allowed.json`` from the installed libraries: ``python -m core.loading.unpickle.generate``.

The rules propose, the tables below decide, and the difference is read by a person before it is committed: a class is
proposed only when creating it runs nothing (``object.__new__``), filling it runs nothing of its own (no
``__setstate__``, or a reviewed one) and dropping it runs nothing (no ``__del__``).
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import platform
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from types import ModuleType
from typing import Any

from core.loading.unpickle.allowed import LIST
from core.loading.unpickle.left_out import LEFT_OUT
from core.loading.unpickle.renamed import GONE, HOMES, RENAMED
from core.loading.unpickle.reviewed import (
    BEYOND,
    CALLS,
    FAMILIES,
    FUNCTION_MODULES,
    NEW,
    NOT_THESE,
    NUMPY_FUNCTIONS,
    NUMPY_TYPES,
    RECORDS,
    SETSTATE,
    STORABLE,
    STUBS,
    VALUES,
)

LIBRARIES = (
    *("scikit-learn", "numpy", "scipy", "pandas", "joblib", "xgboost-cpu", "lightgbm", "catboost"),
    *("category_encoders", "imbalanced-learn", "pyarrow"),
)
RUNS = ("__del__", "__getattr__", "__getattribute__", "__setattr__", "__delattr__")


def modules(package: str) -> Iterator[ModuleType]:
    """Every importable module of a package, tests and development helpers left out."""
    try:
        root = importlib.import_module(package)
    except ImportError:
        return
    yield root
    for item in pkgutil.walk_packages(root.__path__, package + "."):
        parts = item.name.split(".")
        if any(part in NOT_THESE or part.startswith("test") for part in parts):
            continue
        try:
            yield importlib.import_module(item.name)
        except ImportError:  # optional parts of a library
            continue


def defined(module: ModuleType) -> Iterator[tuple[str, type[Any]]]:
    """Classes that are defined in a module, not re-exported by it."""
    for name, item in sorted(vars(module).items()):
        if inspect.isclass(item) and item.__module__ == module.__name__ and item.__qualname__ == name:
            yield name, item


def is_plain(cls: type[Any]) -> bool:
    """True when creating, filling and dropping an instance runs no code but reviewed ``__setstate__``."""
    if any(name in vars(base) for base in cls.__mro__[:-1] for name in RUNS):
        return False
    if next(base for base in cls.__mro__ if "__new__" in vars(base)) is not object:
        return False
    own = next((base for base in cls.__mro__[:-1] if "__setstate__" in vars(base)), None)
    return own is None or f"{own.__module__}:{own.__qualname__}" in SETSTATE


def belongs(module: str, name: str, cls: type[Any]) -> bool:
    """True for estimators and for the reviewed families (kernels, losses, splitters, scorers…)."""
    from sklearn.base import BaseEstimator

    if issubclass(cls, BaseException):
        return False
    if issubclass(cls, BaseEstimator):
        return True
    return any(module.startswith(prefix) and name not in refused for prefix, refused in FAMILIES.items())


def created() -> dict[str, list[str]]:
    """Role "new": classes that are only created and filled."""
    found: dict[str, set[str]] = {}
    for package in ("sklearn", "imblearn", "category_encoders", "xgboost", "lightgbm"):
        for module in modules(package):
            for name, cls in defined(module):
                if belongs(module.__name__, name, cls) and is_plain(cls):
                    found.setdefault(module.__name__, set()).add(name)
    for module_name, names in NEW.items():
        found.setdefault(module_name, set()).update(names)
    return {module: sorted(names) for module, names in sorted(found.items())}


def ufuncs(space: ModuleType) -> list[str]:
    """Names of a module's ufuncs, less those that write where they should not."""
    import numpy as np

    return [n for n, f in vars(space).items() if isinstance(f, np.ufunc) and not n.startswith(BEYOND)]


def stored() -> dict[str, list[str]]:
    """Role "value": ufuncs, number types, metrics and other functions without effects; never called while loading."""
    import numpy as np
    import scipy.special

    found: dict[str, set[str]] = {"numpy": {*NUMPY_FUNCTIONS, *NUMPY_TYPES}}
    for space in (np, scipy.special):
        found.setdefault(space.__name__, set()).update(ufuncs(space))
    for module_name in FUNCTION_MODULES:
        module = importlib.import_module(module_name)
        for name, item in vars(module).items():
            if inspect.isfunction(item) and item.__module__ == module_name and not name.startswith("_"):
                found.setdefault(module_name, set()).add(name)
    for module_name, names in VALUES.items():
        found.setdefault(module_name, set()).update(names)
    return {module: sorted(names) for module, names in sorted(found.items())}


def distributions() -> Iterator[str]:
    """Classes of scipy's distributions: building one runs ``exec`` on its state, so they are left out."""
    for part in ("_continuous_distns", "_discrete_distns"):
        module = importlib.import_module(f"scipy.stats.{part}")
        yield from (f"{module.__name__}:{name}" for name, _cls in defined(module) if name.endswith("_gen"))


def grouped(names: Iterator[str] | list[str]) -> dict[str, list[str]]:
    """``module:name`` strings by module."""
    found: dict[str, list[str]] = {}
    for full in sorted(names):
        module, _, name = full.partition(":")
        found.setdefault(module, []).append(name)
    return found


def renamed() -> dict[str, str]:
    """Old place -> new place: the reviewed pairs, and ufuncs under the private modules that wrote them."""
    import numpy as np
    import scipy.special

    pairs = dict(RENAMED)
    for name in ufuncs(scipy.special):
        for place in ("_ufuncs", "_special_ufuncs"):
            pairs[f"scipy.special.{place}:{name}"] = f"scipy.special:{name}"
    for name in ufuncs(np):
        pairs[f"numpy.core._multiarray_umath:{name}"] = f"numpy:{name}"
        pairs[f"numpy._core._multiarray_umath:{name}"] = f"numpy:{name}"
    return dict(sorted(pairs.items()))


def build() -> dict[str, Any]:
    """The whole list as data."""
    made = {"python": platform.python_version()}
    for library in LIBRARIES:
        made[library] = version(library)
    roles = {
        "new": created(),
        "record": grouped(list(RECORDS)),
        "call": grouped(list(CALLS)),
        "value": stored(),
        "stub": grouped([*STUBS, *LEFT_OUT, *distributions()]),
    }
    return {
        "made_from": made,
        "roles": roles,
        "renamed": renamed(),
        "homes": HOMES,
        "gone": GONE,
        "storable": sorted(STORABLE),
    }


def main() -> None:
    """Write the file and say how many names each role has."""
    warnings.simplefilter("ignore")
    data = build()
    LIST.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    counts = {role: sum(map(len, group.values())) for role, group in data["roles"].items()}
    sys.stdout.write(f"{LIST.name}: {counts}\n")


if __name__ == "__main__":
    main()
