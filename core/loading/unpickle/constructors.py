"""Every name that may be called while loading, with the function of ours that does it."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle import (
    boosters,
    dill_parts,
    frames,
    layouts,
    masks,
    neighbours,
    numbers,
    plain,
    sparse,
    trees,
)
from core.loading.unpickle.inert import ASKED, OWN_METHODS, OwnMethod, Ref, Refused, Slot, Stub, by_name

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_SETTINGS = frozenset({"dtype", "ensure_all_finite", "force_all_finite", "x1", "x2", "accept_sparse", "copy", "order"})
_TITLE = 200
"""Letters of a stand-in's name: each attribute of one has a longer name."""
_LOSSES = (
    *("CyHalfSquaredError", "CyAbsoluteError", "CyPinballLoss", "CyHuberLoss", "CyHalfPoissonLoss"),
    *("CyHalfGammaLoss", "CyHalfTweedieLoss", "CyHalfTweedieLossIdentity", "CyHalfBinomialLoss"),
    *("CyExponentialLoss", "CyHalfMultinomialLoss"),
)
_CATBOOST = ("CatBoost", "CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker")
_SGD = (
    "ModifiedHuber",
    "Hinge",
    "SquaredHinge",
    "EpsilonInsensitive",
    "SquaredEpsilonInsensitive",
    "Log",
    "SquaredLoss",
    "Huber",
)


def loss(module: str, name: str) -> Any:
    """A compiled loss with at most two numbers; where this version lacks it, a stand-in (no prediction uses it)."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        if len(args) > 2 or any(type(item) not in (int, float) for item in args):
            raise numbers.wrong(f"a loss ({name})")
        cls = vars(importlib.import_module(module)).get(name)
        return Stub(f"{module}.{name}") if cls is None else cls(*args)

    return make


def loss_again(module: str, name: str) -> Any:
    """``__pyx_unpickle_<loss>(cls, checksum, state)``: how Cython writes a loss."""

    def make(machine: Machine, args: tuple[Any, ...]) -> Any:
        fits = len(args) == 3 and args[0].__class__ is Ref and type(args[1]) is int
        if not fits or args[0].name != f"{module}.{name}" or not (args[2] is None or type(args[2]) is tuple):
            raise numbers.wrong(f"a loss ({name})")
        state = tuple(item for item in args[2] or () if item.__class__ is not dict)
        return loss(module, name)(machine, state)

    return make


def monotonic(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``MonotonicConstraint(-1, 0 or 1)``."""
    from sklearn.ensemble._hist_gradient_boosting.common import MonotonicConstraint

    if len(args) != 1 or args[0] not in (-1, 0, 1):
        raise numbers.wrong("a monotonic constraint")
    return MonotonicConstraint(args[0])


def partial(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``functools.partial`` of a ufunc or of scikit-learn's ``check_array``, with plain settings, never nested."""
    from sklearn.utils.validation import check_array

    if len(args) != 1 or not (isinstance(args[0], np.ufunc) or args[0] is check_array):
        raise Refused("it prepares a call of another function (functools.partial)", "functools.partial")
    function = args[0]

    def fill(state: Any) -> Any:
        if type(state) is not tuple or len(state) != 4 or state[0] is not function or state[3]:
            raise numbers.wrong("functools.partial")
        positional, named = state[1], state[2] or {}
        if type(positional) is not tuple or type(named) is not dict or not set(named) <= _SETTINGS:
            raise numbers.wrong("functools.partial")
        if isinstance(function, np.ufunc) and len(positional) >= function.nin:  # it would write to those behind
            raise numbers.wrong("functools.partial")
        for item in (*positional, *named.values()):
            if not boosters.is_plain(item) and item != [np.float64]:
                raise numbers.wrong("functools.partial")
        return functools.partial(function, *positional, **named)

    return Slot("functools.partial", fill)


def attribute(machine: Machine, args: tuple[Any, ...]) -> Any:
    """``getattr`` of a stand-in, of an object made here, and of texts: nothing is looked up.

    Histogram boosting that stops early keeps a method of its own; distributions of whole numbers keep several; a
    vectorizer may be given ``str.split``.
    """
    owner, name = args if len(args) == 2 else (None, None)
    if type(name) is not str or not name.isidentifier():  # anything else may be endless when it is written out
        raise Refused("it asks for an attribute by something that is not a name", "builtins.getattr")
    if owner.__class__ is Stub:
        return Stub(f"{owner.stands_for}.{name}"[:_TITLE])
    if owner.__class__ is Ref and owner.role == "stub":  # what would build it: called, it makes a stand-in
        return owner
    if id(owner) in machine.made and name in OWN_METHODS:
        return OwnMethod(owner, name)
    if owner is str and name in plain.TEXT_METHODS:
        return plain.TEXT_METHODS[name]
    if name in ASKED and not isinstance(owner, Ref | Slot):  # an explainer that is left out keeps it
        return OwnMethod(owner, name)
    raise by_name(name)


def kind_of_cloudpickle(_machine: Machine, args: tuple[Any, ...]) -> Ref:
    """``_builtin_type("MethodType")``: how cloudpickle writes methods that distributions keep; called, a stand-in."""
    if args != ("MethodType",):
        raise Refused("it asks for a type of Python, as cloudpickle writes code", "cloudpickle.cloudpickle")
    return Ref("types.MethodType", "stub", Stub)


CONSTRUCTORS: dict[str, Any] = {
    "builtins.getattr": attribute,
    **dill_parts.CONSTRUCTORS,
    "cloudpickle.cloudpickle._builtin_type": kind_of_cloudpickle,
    **plain.CONSTRUCTORS,
    **frames.CONSTRUCTORS,
    "functools.partial": partial,
    "xgboost.core.Booster": boosters.xgboost_booster,
    "lightgbm.basic.Booster": boosters.lightgbm_booster,
    **{f"catboost.core.{name}": boosters.catboost_model(name) for name in _CATBOOST},
    "numpy.dtype": numbers.dtype,
    "numpy._core.multiarray._reconstruct": numbers.reconstruct,
    "numpy._core.multiarray.scalar": numbers.scalar,
    "numpy._core.numeric._frombuffer": numbers.from_buffer,
    "numpy.ma.core._mareconstruct": masks.masked,
    "numpy.random._pickle.__bit_generator_ctor": numbers.bit_generator,
    "numpy.random._pickle.__randomstate_ctor": numbers.random_state,
    "numpy.random._pickle.__generator_ctor": numbers.generator,
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence": numbers.seed_sequence,
    "joblib.numpy_pickle.NumpyArrayWrapper": layouts.array_wrapper,
    "joblib.numpy_pickle_compat.NDArrayWrapper": layouts.companion,
    "joblib.numpy_pickle_compat.ZNDArrayWrapper": layouts.companion,
    "sklearn.tree._tree.Tree": trees.tree,
    "sklearn.neighbors._kd_tree.newObj": neighbours.binary_tree,
    "sklearn.neighbors._ball_tree.newObj": neighbours.binary_tree,
    "sklearn.metrics._dist_metrics.newObj": neighbours.distance,
    "sklearn.ensemble._hist_gradient_boosting.common.MonotonicConstraint": monotonic,
    **sparse.CONSTRUCTORS,
    **{f"sklearn._loss._loss.{name}": loss("sklearn._loss._loss", name) for name in _LOSSES},
    **{f"sklearn._loss._loss.__pyx_unpickle_{name}": loss_again("sklearn._loss._loss", name) for name in _LOSSES},
    **{f"sklearn.linear_model._sgd_fast.{name}": loss("sklearn.linear_model._sgd_fast", name) for name in _SGD},
}
