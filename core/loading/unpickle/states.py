"""The last look: walk everything that was built, refuse what has no business there, switch off what could act later."""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from core.loading.unpickle.defaults import signature_of
from core.loading.unpickle.ensembles import guess
from core.loading.unpickle.estimators import CHECKS, complete, quiet
from core.loading.unpickle.inert import OwnMethod, Ref, Refused, Slot, Stub, by_name
from core.loading.unpickle.masks import Masked, uncovered
from core.loading.unpickle.natives import SETTINGS
from core.loading.unpickle.nodes import Nodes
from core.loading.unpickle.stack import is_title

MAX_OBJECTS = 30_000_000
MAX_DEPTH = 3_000
OBJECT = 100
"""What an object with attributes counts beside a number, where objects hold each other: each is asked for its rows."""
_LEAVES = frozenset((str, bytes, bytearray, int, float, bool, complex, type(None), slice, range))
_CALLABLES = (FunctionType, BuiltinFunctionType, MethodDescriptorType, np.ufunc, functools.partial, type(np.mean))
_NAMED = (*_CALLABLES, MethodType, ModuleType, type)
_LOOKED_AT = (*_NAMED, Ref)
_HOLDERS = (list, tuple, set, frozenset, deque)
_MAPPINGS = (dict, OrderedDict, defaultdict)
PLACES = frozenset(
    (
        *("func", "inverse_func", "score_func", "_score_func", "_kmeans_single", "_asarray", "metric", "scoring"),
        *("kernel", "affinity", "pooling_func", "preprocessor", "metric_params", "effective_metric_"),
        *("tokenizer", "analyzer", "eval_metric", "oob_score"),
    )
)
"""Attributes that may hold a function (always one of the stored ones: ufuncs, metrics, reviewed helpers)."""
BESIDE = ""
"""Where what lies beside a model is, in the dictionaries and lists around it: nobody calls that."""
_OF_TEXTS = frozenset(("tokenizer", "analyzer"))
"""Those that hold methods of texts; what comes before them may hold either, and no other one does."""
_FITTED = {
    "_score_func": "sklearn.metrics._scorer",
    "effective_metric_": "sklearn.neighbors.",
    "_kmeans_single": "sklearn.cluster.",
    "eval_metric": "xgboost.sklearn",  # among the settings that its classes do not name
    "_asarray": "scipy.interpolate._bsplines",
}
"""Those of them that are no setting of their class, and where such classes are."""
_TOLD = frozenset(("param_grid", "param_distributions", "best_params_", "cv_results_", "params", "_kwargs", *SETTINGS))
"""Dictionaries of settings, by their names."""
_APPLIED = ("numpy.vectorize", "types.MethodType")
_CELLS = "-"
"""Where the cells of tables and columns are, and what is no place that matters."""
_CIRCLES = ("sklearn.cluster._birch",)
_REQUESTS, _OWNER = "sklearn.utils._metadata_requests", "__ whose request it is"
"""Requests for metadata name the estimator that holds them, for messages: it is looked at where it is.

No attribute has such a name, and of a key in settings only what follows the last "__" counts.
"""
_READER = "core.loading."
"""Where the classes are that stand for what is half built: plain reading would have something of a library there."""
_WITH_STATE = (
    *("sklearn.", "imblearn.", "category_encoders.", "xgboost.", "lightgbm.", "scipy.interpolate._bsplines"),
    "core.",
)
"""Where the classes are whose objects were filled with attributes by this load."""


def check(found: Any, nodes: Nodes) -> Any:
    """Return what was loaded, made safe to use.

    Parameters
    ----------
    found : object
    nodes : Nodes
        The trees in it that are still to be checked.

    Raises
    ------
    Refused
        If an attribute holds a function or a class out of place, an estimator contains itself, or arrays that a
        compiled ``predict`` reads do not fit each other.
    """
    nodes.check()
    _something(found)
    seen: dict[tuple[int, str], Any] = {}  # the objects, too: an id is only an object's own while it lives
    path: set[int] = set()
    sizes: dict[int, int] = {}
    pending: list[tuple[Any, str, list[Any] | None]] = [(found, BESIDE, None)]
    while pending:
        item, place, parts = pending.pop()
        if parts is not None:
            path.discard(id(item))
            sizes[id(item)] = _written_out(item, parts, sizes)
            guess(item)
            continue
        cls = type(item)
        if cls in _LEAVES or isinstance(item, np.generic | np.dtype):
            continue
        if id(item) in path and not cls.__module__.startswith(_CIRCLES):
            if place == _OWNER:
                continue
            raise Refused(f"a {cls.__name__} in it contains itself", cls.__name__)
        if isinstance(item, _LOOKED_AT):  # at each of its places
            _function(item, place)
            continue
        known = (id(item), _matters(item, place))
        if known in seen:
            continue
        seen[known] = item
        _settle(item)
        inner = _inside(item, place)
        if inner is None:
            continue
        path.add(id(item))
        if len(path) > MAX_DEPTH or len(seen) > MAX_OBJECTS:
            raise Refused("it nests too deeply or holds too many objects")
        more = [(part, name, None) for name, part in inner if type(part) not in _LEAVES]
        pending.append((item, "", [part for part, _name, _none in more]))
        pending.extend(more)
    return found


def _something(found: Any) -> None:
    """Refuse what is nothing but a stand-in, or the name of a class."""
    if found.__class__ is Stub:
        raise Refused(f"it holds nothing but {found.stands_for}, which is left out of models", found.stands_for)
    if found.__class__ is Ref:
        _function(found, _CELLS)


def _written_out(item: Any, parts: list[Any], sizes: dict[int, int]) -> int:
    """How long an object is with all objects in it written out; a few that hold each other often would have no end.

    Whatever walks such a group later would not come back: libraries list classes and compare categories, pipelines
    ask each of their steps.
    """
    plain = type(item) in _HOLDERS or isinstance(item, dict)
    own = item.size if isinstance(item, np.ndarray) else len(item) if plain else OBJECT
    size = own + sum(sizes.get(id(part), 0) for part in parts)
    if size > MAX_OBJECTS:
        raise Refused("its parts repeat each other without end")
    return size


def _inside(item: Any, place: str) -> Iterable[tuple[str, Any]] | None:
    """What an object holds, by attribute; None for an end."""
    cls = type(item)
    if isinstance(item, np.ndarray):  # every kind of array: a matrix holds objects, too
        return [(place, part) for part in np.asarray(item).ravel().tolist()] if item.dtype.hasobject else None
    if cls in _HOLDERS or (issubclass(cls, tuple) and hasattr(cls, "_fields")):
        return [(place, part) for part in item]
    if cls in _MAPPINGS:
        return [(_name(key, place), part) for key, part in uncovered(item)]
    if cls is Masked:
        raise Refused("it holds an array with hidden numbers outside of a dictionary", "numpy.ma.MaskedArray")
    if cls is OwnMethod:
        raise by_name(item.name)
    if cls is Slot:
        raise Refused(f"it stores {item.name}, which may only be used to build objects", item.name)
    if cls is Stub and item.stands_for in _APPLIED:  # distributions hold them, which are left out themselves
        raise Refused(f"it holds {item.stands_for}, which may apply any function", item.stands_for)
    if cls.__module__.startswith(_READER) and cls is not Stub:
        raise Refused("it stores a part of a table or of a column outside of one")
    if isinstance(item, pd.DataFrame):
        columns = [item.iloc[:, n].array for n in range(item.shape[1])]
        return [(_CELLS, part) for part in (item.index, item.columns, *columns)]
    if isinstance(item, pd.Series):
        return [(_CELLS, item.index), (_CELLS, item.array), (_CELLS, item.name)]
    if isinstance(item, pd.Index | pd.api.extensions.ExtensionArray | pd.CategoricalDtype):
        return _labels(item)
    if isinstance(item, dict):
        return [*((_name(key, place), part) for key, part in item.items()), *(_attributes(item) or ())]
    return _attributes(item)


def _labels(item: Any) -> list[tuple[str, Any]] | None:
    """What an index, an array of pandas or a type of categories holds beyond numbers and texts."""
    kind = item if isinstance(item, pd.CategoricalDtype) else item.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return [(_CELLS, kind.categories)]
    if isinstance(item, pd.MultiIndex):
        return [(_CELLS, level) for level in item.levels]
    return [(_CELLS, np.asarray(item))] if getattr(kind, "numpy_dtype", kind) == np.dtype(object) else None


def _matters(item: Any, place: str) -> str:
    """The place of a container that decides what it may hold: it is looked at for each, other objects once."""
    if not isinstance(item, (*_HOLDERS, dict, np.ndarray)):
        return _CELLS
    return place if place in PLACES or place in _TOLD or place == BESIDE else _CELLS


def _name(key: Any, place: str) -> str:
    """Where a dictionary's value lies: under its own key if that is a setting's name, else where the dictionary is."""
    if place == BESIDE:
        return key if type(key) is str and key in _TOLD else place
    if type(key) is not str or place in PLACES or place not in _TOLD:
        return place
    return key if key in _TOLD else key.removeprefix("param_").rpartition("__")[2] or _CELLS  # of a step: its setting


def _function(item: Any, place: str) -> None:
    """Refuse a function or class where none belongs; the name of a class is only a name beside a model."""
    if isinstance(item, Ref):
        if place == BESIDE and is_title(item):
            return
        raise Refused(f"it stores {item.name}, which may only be used to build objects", item.name)
    if isinstance(item, type) and (issubclass(item, np.generic) or item in _LEAVES or item in (object, np.ndarray)):
        return
    if isinstance(item, type) and item.__module__ == "sklearn.model_selection._split" and place == "cv":
        return
    if place == BESIDE and (isinstance(item, _CALLABLES) or item in _HOLDERS):
        return
    alike = place == "preprocessor" or isinstance(item, MethodDescriptorType) == (place in _OF_TEXTS)
    if isinstance(item, ModuleType | MethodType | type) or place not in PLACES or not alike:
        raise Refused(f"its attribute '{place[:60]}' holds {_title(item)}, which has no business there", _title(item))


def _title(item: Any) -> str:
    """A function's or class's name."""
    return str(getattr(item, "__qualname__", getattr(item, "__name__", type(item).__name__)))[:100]


def _settle(item: Any) -> None:
    """Make one object safe to use: bring an older one up to date, switch off what would act later, check its parts."""
    cls = type(item)
    if not hasattr(item, "__dict__"):
        return
    if cls.__module__ == "catboost.core":  # its other settings are plain, looked at where it was built
        vars(item)["_init_params"]["allow_writing_files"] = False
    if not cls.__module__.startswith(_WITH_STATE):
        return
    own = vars(item)
    complete(item)
    quiet(item)
    for name, verify in CHECKS:
        if name in own:
            verify(item)


def _attributes(item: Any) -> Iterable[tuple[str, Any]] | None:
    """The attributes of an object made by this load."""
    if not hasattr(item, "__dict__") or not type(item).__module__.startswith(_WITH_STATE):
        return None
    return [(_place(type(item), name), value) for name, value in vars(item).items()]


def _place(cls: Any, name: str) -> str:
    """An attribute's name; one under which functions may lie only where the class has such a setting."""
    if name == "owner" and cls.__module__ == _REQUESTS:
        return _OWNER
    if name not in PLACES or name in signature_of(cls) or cls.__module__.startswith(_FITTED.get(name, "-")):
        return name
    return f"{name} of another class"
