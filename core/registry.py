"""The methods: what each asks, when it applies, and the function that answers.

A file in ``core/methods`` registers one function with the ``method`` decorator; nothing else needs to know of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

import pandas as pd

from core.errors import unknown_name
from core.results import Result
from core.types import TASKS, UNNAMED, Array, Model, Param, Table, Task

Scope = Literal["row", "model", "data", "training"]
"""What a method speaks of; one of ``training`` makes other models and is asked by its id alone: it is no panel."""
Cost = Literal["instant", "seconds", "minutes"]
Progress = Callable[[float, str], None]
Told = Callable[[float], None]
"""Progress of one step: takes the fraction done."""


def silent(_fraction: float, _step: str) -> None:
    """Progress that goes nowhere."""


def unheard(_fraction: float) -> None:
    """Progress of a step that goes nowhere."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A progress callable that also takes answers on the way, each better than the one before.

    Attributes
    ----------
    step : callable
        As ``Progress``.
    found : callable
        Called with a result that may still be bettered.
    enough : callable
        True when the work should come to an end with what is known.
    """

    step: Progress
    found: Callable[[Any], None]
    enough: Callable[[], bool] = lambda: False

    def __call__(self, fraction: float, step: str) -> None:
        """Tell the progress."""
        self.step(fraction, step)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """All that a method may use to answer.

    Attributes
    ----------
    model, table : Model, Table
        Matched: ``table.schema.names == model.features``.
    row : int
        The instance's position; 0 for methods of model or data scope.
    output : int
        Column of ``model.predict`` that is explained.
    params : mapping
        Every parameter of the method, validated.
    progress : callable
        Called with the fraction done and the step's name; raises to cancel. A ``Watch`` also takes answers on the way.
    """

    model: Model
    table: Table
    row: int
    output: int
    params: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = silent

    @property
    def instance(self) -> pd.DataFrame:
        """The row as a frame, shape (1, n_features)."""
        return self.table.instance(self.row)

    @property
    def label(self) -> str:
        """The class explained, or the target's name."""
        classes = self.model.classes
        return classes[self.output] if classes else (self.table.target or UNNAMED)

    @property
    def watched(self) -> bool:
        """True when somebody takes answers on the way."""
        return isinstance(self.progress, Watch)

    @property
    def enough(self) -> bool:
        """True when somebody asked for an end with what is known."""
        return isinstance(self.progress, Watch) and self.progress.enough()

    def tell(self, answer: Result) -> None:
        """Hand out an answer that may still be bettered, where somebody takes it."""
        if isinstance(self.progress, Watch):
            self.progress.found(answer)

    def through(self, stamp: Callable[[Any], Result]) -> Job:
        """The same job; answers on the way pass through a function."""
        watch = self.progress
        if not isinstance(watch, Watch):
            return self
        return replace(self, progress=replace(watch, found=lambda answer: watch.found(stamp(answer))))

    def stretch(self, step: str, begun: float = 0.0, share: float = 1.0) -> Told:
        """The progress of one stretch of the work: takes the fraction of it that is done, tells that of the whole."""
        return lambda done: self.progress(begun + share * done, step)

    def predict(self, frame: pd.DataFrame) -> Array:
        """The explained output of many rows, shape (n_rows,): probability, or target units."""
        return self.model.predict(frame)[:, self.output]


@dataclass(frozen=True, slots=True)
class Method:
    """What the app, the command line and the report know of a method.

    Attributes
    ----------
    id, title, version : str
        The version is part of every cache key: raise it when numbers change.
    question : str
        What a person asks: ``"What pushed this prediction up or down?"``.
    scope : {"row", "model", "data", "training"}
    kind : str
        Result kind, a key of ``core.results.KINDS``.
    params : tuple of Param
    order : int
        Place in lists.
    cost : {"instant", "seconds", "minutes"}
    about : str
        How to read it: what it is, the formula, when it misleads, the source. Markdown of our own.
    answer : callable
        ``(Job) -> Result``.
    unsupported : callable
        ``(Model, Table) -> reason or None``.
    tasks : tuple of str
        What it speaks of; it is offered for no other model, since nothing that a person does would make it apply.
    many : callable or None
        ``(Job, rows) -> list of Result``, the same numbers as row by row, in fewer model calls.
    """

    id: str
    title: str
    question: str
    version: str
    scope: Scope
    kind: str
    answer: Callable[[Job], Result]
    params: tuple[Param, ...] = ()
    order: int = 100
    cost: Cost = "instant"
    about: str = ""
    unsupported: Callable[[Model, Table], str | None] = lambda _model, _table: None
    many: Callable[[Job, Sequence[int]], list[Any]] | None = None
    tasks: tuple[Task, ...] = TASKS

    def param(self, name: str) -> Param:
        """Find a parameter by name."""
        for param in self.params:
            if param.name == name:
                return param
        raise unknown_name(f"parameter of {self.title}", name, [param.name for param in self.params])


_METHODS: dict[str, Method] = {}
_APART = {"tune": "core.tuning.method"}
"""Methods of scope ``training``, and where they are."""


def method(**description: Any) -> Callable[[Callable[[Job], Any]], Callable[[Job], Any]]:
    """Register the decorated function as ``Method(answer=function, **description)``."""

    def register(answer: Callable[[Job], Any]) -> Callable[[Job], Any]:
        entry = Method(answer=answer, **description)
        known = _METHODS.get(entry.id)
        if known is not None and known.answer.__module__ != answer.__module__:
            raise ValueError(f"two methods are called {entry.id}")
        _METHODS[entry.id] = entry
        return answer

    return register


@cache
def _modules() -> frozenset[str]:
    """Names of the modules of ``core/methods``."""
    import core.methods

    return frozenset(module.name for module in pkgutil.iter_modules(core.methods.__path__))


@cache
def _discover() -> None:
    """Import every module of ``core/methods`` once."""
    for name in sorted(_modules()):
        importlib.import_module(f"core.methods.{name}")


def methods(scope: Scope | None = None) -> tuple[Method, ...]:
    """All methods that explain, in order, or those of one scope."""
    _discover()
    chosen = [entry for entry in _METHODS.values() if entry.scope == (scope or entry.scope) != "training"]
    return tuple(sorted(chosen, key=lambda entry: (entry.order, entry.id)))


def get(method_id: str) -> Method:
    """Find a method by id.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if method_id in _APART:
        importlib.import_module(_APART[method_id])
    if method_id not in _METHODS and method_id in _modules():  # as its file is called: it does not wait for the others
        importlib.import_module(f"core.methods.{method_id}")
    if method_id not in _METHODS:
        _discover()
    if method_id not in _METHODS:
        raise unknown_name("method", method_id, [entry.id for entry in methods()])
    return _METHODS[method_id]
