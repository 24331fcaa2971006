"""XGBoost, LightGBM and CatBoost objects inside a pickle: the native model is checked before the library reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import ModelError
from core.loading.formats import catboost_file, lightgbm_file, xgboost_file
from core.loading.formats.ubjson import decode
from core.loading.unpickle.inert import Refused, Slot
from core.loading.unpickle.renamed import OLD_XGB

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_BEGUN_WITH, _PREDICTOR = "_Booster__init_predictor", "lightgbm.basic._InnerPredictor"
_PLAIN = (str, bytes, bytearray, int, float, bool, type(None))


def checked(check: Callable[[Any, str], object], content: Any, name: str) -> None:
    """Run the structure check of a model file and refuse in its words."""
    try:
        check(content, name)
    except ModelError as error:
        raise Refused(f"the {name} model inside cannot be used ({str(error).rstrip('.')})", name) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Refused(f"the {name} model inside is broken ({type(error).__name__})", name) from error


def _xgboost(content: bytes, name: str) -> None:
    """Check a serialised booster: the model beside its configuration, as UBJ."""
    if content[:2] in (b'{"', b"{ "):  # today's XGBoost does not read it
        raise Refused(f"the booster in it {OLD_XGB}", name)
    xgboost_file.check(decode(content)["Model"], name)


def is_plain(value: Any, depth: int = 0) -> bool:
    """True for numbers, texts and lists or dictionaries of them."""
    import numpy as np

    if type(value) in _PLAIN or isinstance(value, np.generic):
        return True
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind != "O")
    if depth > 6:
        return False
    if isinstance(value, dict):
        return all(type(k) in _PLAIN and is_plain(v, depth + 1) for k, v in value.items())
    return isinstance(value, list | tuple | set) and all(is_plain(item, depth + 1) for item in value)


def _attributes(state: Any, name: str) -> dict[str, Any]:
    """A booster's attributes: plain data under ordinary names."""
    if type(state) is not dict or not all(type(key) is str and is_plain(value) for key, value in state.items()):
        raise Refused(f"its {name} object holds something else than data", name)
    return dict(state)


def _no_arguments(args: tuple[Any, ...], name: str) -> None:
    if args:
        raise Refused(f"it creates {name} with arguments", name)


def xgboost_booster(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``xgboost.core.Booster``: its handle is a serialised model with configuration."""
    _no_arguments(args, "xgboost.core.Booster")

    def fill(state: Any) -> Any:
        from xgboost import Booster

        found = _attributes(state, "xgboost.core.Booster")
        if type(found.get("handle")) not in (bytes, bytearray):
            raise Refused("its XGBoost booster has no model inside", "xgboost.core.Booster")
        checked(_xgboost, bytes(found["handle"]), "XGBoost")
        _no_methods(Booster, found)
        made = Booster.__new__(Booster)
        made.__setstate__({**found, "handle": bytearray(found["handle"])})
        return made

    return Slot("xgboost.core.Booster", fill)


def lightgbm_booster(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``lightgbm.basic.Booster``: its handle is the text format."""
    _no_arguments(args, "lightgbm.basic.Booster")

    def fill(state: Any) -> Any:
        from lightgbm import Booster

        if type(state) is dict and getattr(state.get(_BEGUN_WITH), "stands_for", "") == _PREDICTOR:
            state = {**state, _BEGUN_WITH: None}  # only training on would ask it
        found = _attributes(state, "lightgbm.basic.Booster")
        text = found.pop("handle", None) if "_handle" not in found else found.pop("_handle")
        found.pop("handle", None)
        if type(text) is not str:
            raise Refused("its LightGBM booster has no model inside", "lightgbm.basic.Booster")
        checked(lightgbm_file.check, text.encode(), "LightGBM")
        _no_methods(Booster, found)
        made = Booster.__new__(Booster)
        made.__setstate__({**found, "_handle": text, "_network": False})
        return made

    return Slot("lightgbm.basic.Booster", fill)


def catboost_model(kind: str) -> Callable[[Machine, tuple[Any, ...]], Slot]:
    """``catboost.core.CatBoost…``: parameters and a model in cbm form."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Slot:
        _no_arguments(args, f"catboost.core.{kind}")

        def fill(state: Any) -> Any:
            import catboost

            found = _attributes(state, f"catboost.core.{kind}")
            content = found.get("__model")
            if content is not None:
                if type(content) is not bytes:
                    raise Refused("its CatBoost model is not in binary form", kind)
                checked(catboost_file.check, content, "CatBoost")
            cls = getattr(catboost, kind)
            _no_methods(cls, found)
            for rest in ("_test_eval", "_test_evals"):  # what training measured, for its own parser
                found.pop(rest, None)
            made = cls.__new__(cls)
            made.__setstate__(found)
            return made

        return Slot(f"catboost.core.{kind}", fill)

    return make


def _no_methods(cls: type[Any], state: dict[str, Any]) -> None:
    """Refuse attributes that would hide a method."""
    for name in state:
        if (name.startswith("__") and name.endswith("__")) or callable(getattr(cls, name, None)):
            raise Refused(f"it replaces {name} of {cls.__name__}", f"{cls.__name__}.{name}")
