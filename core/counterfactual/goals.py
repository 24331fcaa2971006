"""What has to become true of the prediction, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.errors import InputError, unknown_name
from core.types import Array, Model

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Goal:
    """A condition on the outputs of ``model.predict``.

    Attributes
    ----------
    kind : {"other", "class", "band"}
        Any other class than ``output``; class ``output`` the likeliest; output ``output`` within the band.
    output : int
        The column that is moved and shown.
    low, high : float
        The band. For "class" and "other" it is what follows from winning or losing (1/classes and 1/2).
    least : float
        "other": the winning class also needs this probability.
    words : str
    label : str
        The class or the target that ``output`` is.
    """

    kind: Literal["other", "class", "band"]
    output: int
    low: float
    high: float
    least: float
    words: str
    label: str

    def reached(self, outputs: Array) -> npt.NDArray[np.bool_]:
        """Which rows reach the goal, shape (n_rows,)."""
        own = outputs[:, self.output]
        if self.kind == "band":
            return np.asarray((own >= self.low) & (own <= self.high))
        winner = outputs.argmax(axis=1)
        if self.kind == "class":
            return np.asarray(winner == self.output)
        return np.asarray((winner != self.output) & (outputs.max(axis=1) >= self.least))

    def line(self, own: Array) -> float | None:
        """The output at which a row like this one reaches the goal; None where several outputs decide."""
        if self.kind == "band":
            end = self.low if own[self.output] < self.low else self.high
            return float(end) if np.isfinite(end) else None
        return 0.5 if len(own) == 2 else None

    def score(self, outputs: Array) -> Array:
        """How near rows are to the goal, shape (n_rows,); about additive in the features, at least 0 when reached.

        Log-odds for classes (so that one step more counts as much at 1 % as at 50 %), the target's own units for a
        regression.
        """
        own = outputs[:, self.output]
        if outputs.shape[1] == 1:
            return np.minimum(own - self.low, self.high - own)
        if self.kind == "band":
            return np.minimum(_logit(own) - _logit(self.low), _logit(self.high) - _logit(own))
        others = np.delete(outputs, self.output, axis=1).max(axis=1)
        if self.kind == "class":
            return _log(own) - _log(others)
        lead = _log(others) - _log(own)
        return lead if self.least <= 0 else np.minimum(lead, _logit(others) - _logit(self.least))


def _log(values: Array) -> Array:
    """Logarithm, bounded below."""
    return np.asarray(np.log(np.maximum(values, _TINY)))


def _logit(values: Array | float) -> Array:
    """Log-odds, bounded on both sides."""
    inside = np.clip(values, _TINY, 1 - _TINY)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def goal_for(model: Model, output: int, own: Array, params: Mapping[str, Any], typical: float, target: str) -> Goal:
    """Read the goal from a method's parameters.

    Parameters
    ----------
    output : int
        The output that is explained.
    own : ndarray, shape (n_outputs,)
        The instance's prediction.
    params : mapping
        ``target``, ``probability``, ``low``, ``high``, ``change``.
    typical : float
        Median prediction of the table's rows (regression only): the default goal moves towards it.
    target : str
        Name of the target of a regression.

    Raises
    ------
    InputError
        If the parameters contradict each other, the task, or name no class.
    """
    if not model.classes:
        return _regression(own, params, typical, target)
    if params.get("change") is not None:
        raise InputError(
            "'change' is for models that predict a number.", "This one predicts classes.", "Use 'probability'."
        )
    if params.get("low") is not None or params.get("high") is not None:
        return _probability_band(model, output, params)
    return _classification(model, own, params)


def _classification(model: Model, own: Array, params: Mapping[str, Any]) -> Goal:
    """Another class, a given class, or a probability."""
    wanted, least = params.get("target"), params.get("probability")
    current = int(np.argmax(own))
    if wanted is not None and wanted not in model.classes:
        raise unknown_name("class", wanted, model.classes)
    if wanted is None and len(own) > 2:
        words = f"another class than “{model.classes[current]}”"
        if least is not None:
            words += f", with probability at least {_percent(least)}"
        return Goal("other", current, 0.0, min(0.5, 1 - (least or 0.5)), least or 0.0, words, model.classes[current])
    chosen = model.classes.index(wanted) if wanted is not None else 1 - current
    label = model.classes[chosen]
    if least is None:
        return Goal("class", chosen, 1 / len(own), 1.0, 0.0, f"“{label}” as the predicted class", label)
    return Goal("band", chosen, float(least), 1.0, 0.0, f"“{label}” with probability at least {_percent(least)}", label)


def _probability_band(model: Model, output: int, params: Mapping[str, Any]) -> Goal:
    """A class's probability between two bounds."""
    wanted = params.get("target")
    if wanted is not None and wanted not in model.classes:
        raise unknown_name("class", wanted, model.classes)
    chosen = output if wanted is None else model.classes.index(wanted)
    low, high = _band(params, 0.0, 1.0)
    label = model.classes[chosen]
    words = f"“{label}” with a probability from {_percent(low)} to {_percent(high)}"
    return Goal("band", chosen, low, high, 0.0, words, label)


def _regression(own: Array, params: Mapping[str, Any], typical: float, target: str) -> Goal:
    """A band of the target, or a relative change."""
    for name in ("target", "probability"):
        if params.get(name) is not None:
            raise InputError(
                f"'{name}' is for models that predict classes.", "This one predicts a number.", "Use low and high."
            )
    if params.get("low") is not None or params.get("high") is not None:
        low, high = _band(params, -np.inf, np.inf)
        return Goal("band", 0, low, high, 0.0, f"{target} {_band_words(low, high)}", target)
    value = float(own[0])
    percent = params.get("change")
    if percent is None:
        percent = 10.0 if value <= typical else -10.0
    if percent == 0:
        raise InputError("A change of 0 % is no goal.", "The prediction is there already.", "Give, say, -10 or 10.")
    edge = value + abs(value) * percent / 100.0
    low, high = (edge, np.inf) if percent > 0 else (-np.inf, edge)
    side = "higher" if percent > 0 else "lower"
    words = f"{target} at least {abs(percent):g} % {side} ({_band_words(low, high)})"
    return Goal("band", 0, low, high, 0.0, words, target)


def _band(params: Mapping[str, Any], floor: float, ceiling: float) -> tuple[float, float]:
    """Both ends of a band, the open ones filled."""
    given_low, given_high = params.get("low"), params.get("high")
    low = floor if given_low is None else float(given_low)
    high = ceiling if given_high is None else float(given_high)
    if low > high:
        raise InputError("The band is empty.", f"'low' ({low:g}) is above 'high' ({high:g}).", "Swap them.")
    return low, high


def _band_words(low: float, high: float) -> str:
    """A band as people say it."""
    if np.isinf(high):
        return f"at least {low:,.6g}"
    if np.isinf(low):
        return f"at most {high:,.6g}"
    return f"from {low:,.6g} to {high:,.6g}"


def _percent(share: float) -> str:
    """A probability as a percentage."""
    return f"{100 * share:.4g} %"
