"""A model that lives in a worker, behind the same protocol as any other."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from core import fingerprint as digests
from core import quota
from core.codec import decode
from core.errors import ComputeError, InputError, ModelError, NotApplicable
from core.portable import Portable
from core.registry import Progress, Watch, silent
from core.results import KINDS, Result
from core.tuning.proposed import Setting
from core.tuning.recipe import Recipe, digest
from core.types import Array, Contributions, Scale, Table, Task
from core.workers import cells, columns, plain, questions, remote_tuning
from core.workers.lease import Lease
from core.workers.settings import Settings, from_environment
from core.workers.wire import MAX_WEIGHT, Closed, Message
from core.workers.words import is_text, shown

MAX_CLASSES = 10_000
MAX_FEATURES = 200_000
_NAME, _LONGEST = 500, 10_000


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RemoteModel:
    """An uploaded model (a ``core.types.Model``): every call goes to its worker.

    Attributes
    ----------
    name, family, kind, task, classes, features, fingerprint, margin_scale
        As in ``core.types.Model``; checked text and numbers, never objects of the worker.
    named, levels, notes, brings_table
        As in ``core.models.adapter.AdaptedModel``.
    untrainable : str
        Why it cannot be trained again; empty where it can.
    source : RemoteModel or None
        The model that this one was made from, in the same worker, which closes when both are gone.
    """

    lease: Lease
    name: str
    family: str
    kind: str
    task: Task
    classes: tuple[str, ...]
    features: tuple[str, ...]
    fingerprint: str
    margin_scale: Scale | None
    named: bool
    levels: Mapping[str, tuple[Any, ...]]
    notes: tuple[str, ...]
    brings_table: bool = False
    untrainable: str = ""
    source: RemoteModel | None = None

    @property
    def alive(self) -> bool:
        """True while a worker has the model open."""
        place = self.lease.place
        return place is not None and place.client.channel is not None

    def close(self) -> None:
        """End the worker; the next question would start another."""
        self.lease.close()

    def predict(self, frame: pd.DataFrame) -> Array:
        """Predict, shape (n_rows, n_outputs); see ``core.types.Model``."""
        return self._numbers("predict", frame, max(1, len(self.classes)))

    def margin(self, frame: pd.DataFrame) -> Array:
        """Predict in ``margin_scale``, shape (n_rows, n_margins).

        Raises
        ------
        NotApplicable
            If the model has no such scale.
        """
        if self.margin_scale is None:
            raise NotApplicable(
                f"{self.kind} has no additive scale.", "It gives final predictions only.", "Explain the prediction."
            )
        return self._numbers("margin", frame, len(self.classes) if self.task == "multiclass" else 1)

    def _numbers(self, call: str, frame: pd.DataFrame, outputs: int) -> Array:
        """One call of many rows; the answer has the shape that was asked for."""
        quota.check_answers(len(frame), frame.shape[1], outputs)
        size = len(frame) * outputs * 8
        answer = self.lease.ask(self.lease.about(call, frame), self.lease.settings.call_seconds, size)
        return self._checked(answer.arrays, (len(frame), outputs))

    def _checked(self, arrays: Sequence[np.ndarray], *shapes: tuple[int, ...]) -> Array:
        """The first array, when all have the expected form."""
        forms = [array.shape for array in arrays] == list(shapes) and all(a.dtype == np.float64 for a in arrays)
        if not forms or not all(bool(np.isfinite(array).all()) for array in arrays):
            self.close()
            raise ModelError(
                "The model's process answered with something else than numbers.", hint="Do not use this file."
            )
        return arrays[0]

    def contributions(self, frame: pd.DataFrame) -> Contributions | None:
        """The library's own additive attribution; None when it has none."""
        outputs = max(1, len(self.classes))
        quota.check_answers(len(frame), frame.shape[1], outputs * (len(self.features) + 1))
        size = len(frame) * outputs * (len(self.features) + 1) * 8
        answer = self.lease.ask(self.lease.about("contributions", frame), self.lease.settings.call_seconds, size)
        scale = answer.head.get("scale")
        if scale is None:
            return None
        width = answer.arrays[0].shape[-1] if answer.arrays else 0
        shapes = (len(frame), len(self.features), width), (len(frame), width)
        self._checked(answer.arrays, *shapes)
        if scale not in get_args(Scale) or width > outputs:
            raise ModelError("The model's process answered with an unknown scale.", hint="Do not use this file.")
        return Contributions(answer.arrays[0], answer.arrays[1], scale)

    def portable(self) -> Portable | None:
        """The model as plain arrays; None when it does not convert, is too large to send, or cannot be believed.

        Raises
        ------
        ModelError
            If it is the plain form of another model.
        """
        return self._plain()[0]

    def why_not_portable(self) -> str:
        """What keeps the model from converting, in the words of its own process; of bounded length."""
        return self._plain()[1]

    def _plain(self) -> tuple[Portable | None, str]:
        """The model as plain arrays, or why not."""
        room = {"most": self.lease.settings.reply, "heaviest": MAX_WEIGHT}
        try:
            answer = self.lease.ask(Message({"op": "portable", **room}), self.lease.settings.call_seconds)
        except ModelError:  # an answer beyond the limit: the model is too large for a page anyway
            return None, "it is too large to be handed on"
        return plain.read(answer, self)

    def rebind(self, features: Sequence[str]) -> RemoteModel:
        """Give names to the columns of a model that only knows how many it takes.

        Raises
        ------
        InputError
            If the number of names differs or one is there twice.
        """
        names = tuple(str(name) for name in features)
        if len(names) != len(self.features) or len(set(names)) != len(names):
            raise InputError(
                f"{len(names)} names do not fit {self.kind}.",
                f"It takes {len(self.features)} columns, each with its own name.",
                "Leave out the target and other columns that the model was not trained with.",
            )
        self.lease.features = names
        self.lease.ask(Message({"op": "rebind", "features": list(names)}), self.lease.settings.call_seconds)
        levels = {new: self.levels[old] for new, old in zip(names, self.features, strict=True) if old in self.levels}
        facts = (self.name, self.family, self.kind, self.task, self.classes, names)
        digest = digests.of_params([self.fingerprint, list(names)])
        own = (self.margin_scale, True, levels, self.notes, self.brings_table, self.untrainable)
        return RemoteModel(self.lease, *facts, digest, *own, source=self)

    def settings(self) -> tuple[Setting, ...]:
        """What can be tuned, as ``core.tuning.proposed.settings`` says it."""
        return remote_tuning.settings(self.lease)

    def follow(self, table: Table, recipe: Recipe) -> RemoteModel:
        """The model trained again inside the worker, from now on in the place of this one (``core.tuning.recipe``)."""
        facts = remote_tuning.follow(self, table, recipe)
        scale: Any = facts.get("margin_scale")
        notes = _texts(facts.get("notes"), 100)
        return replace(self, fingerprint=digest(self, table, recipe), margin_scale=scale, notes=notes, source=self)

    def explain_rows(
        self,
        method_id: str,
        table: Table,
        rows: Sequence[int],
        output: int | str | None,
        params: Mapping[str, Any],
        progress: Progress = silent,
    ) -> list[Result]:
        """Run a whole explanation inside the worker; errors and values as ``core.engine.explain_rows``."""
        head = {"op": "explain", "method": method_id, "table": table.fingerprint, "rows": [int(row) for row in rows]}
        watched = isinstance(progress, Watch)
        asked = remote_tuning.in_time(method_id, params, self.lease.settings.explain_seconds)
        request = Message({**head, "output": output, "params": asked, "watched": watched})
        if isinstance(progress, Watch):
            take = progress.found
            progress = replace(progress, found=lambda raw: take(self._results([raw], 1)[0]))
        seconds = self.lease.settings.explain_seconds
        for _attempt in range(2):
            if self.lease.table != table.fingerprint or not self.alive:
                self._send_table(table)
            answer = self.lease.ask(request, seconds, progress=progress)
            if "missing" not in answer.head:
                return self._results(answer.head.get("results"), len(rows))
            self.lease.table = None
        raise ComputeError("The table did not reach the model's process.", hint="Ask again.")

    def _send_table(self, table: Table) -> None:
        """Send a table, once for each worker."""
        message = columns.encode_table(table, questions.encode)
        self.lease.ask(Message({**message.head, "op": "table"}, message.arrays), self.lease.settings.call_seconds)
        self.lease.table = table.fingerprint

    def _results(self, found: Any, count: int) -> list[Result]:
        """Decode results; only registered kinds of result pass."""
        kinds = tuple(KINDS.values())
        try:
            results = [decode(item) for item in found] if isinstance(found, list) else []
        except InputError:  # not of a result's form
            results = []
        if len(results) != count or not all(isinstance(result, kinds) for result in results):
            self.close()
            raise ModelError(
                "The model's process answered with something else than results.", hint="Do not use this file."
            )
        return results


def open_model(data: bytes, name: str, settings: Settings | None = None, **options: Any) -> RemoteModel:
    """Open an uploaded model file in a worker of its own.

    Parameters
    ----------
    data : bytes
    name : str
        Shown to people.
    settings : Settings, optional
    **options
        ``features``, ``classes``, ``task``, as ``core.loading.models.read_model`` takes them.

    Returns
    -------
    RemoteModel
        Closed when nobody holds it any more.

    Raises
    ------
    ModelError
        If the file is refused, broken, or this machine cannot lock a worker.
    """
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}
    lease = Lease(bytes(data), name, plain, settings or from_environment())
    lease.ready()
    try:
        model = _model_of(lease, lease.digest)
    except (Closed, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        lease.close()
        raise ModelError(f"'{name}' is refused.", "Its process described it in a way that does not fit.") from error
    weakref.finalize(model, Lease.close, lease)
    return model


def _model_of(lease: Lease, digest: str) -> RemoteModel:
    """What the worker says of the model, each part checked."""
    facts = lease.facts
    classes, features, notes = (_texts(facts.get(part), limit) for part, limit in _LISTS)
    task: Any = facts.get("task")
    scale: Any = facts.get("margin_scale")
    if task not in get_args(Task) or (scale is not None and scale not in get_args(Scale)):
        raise Closed("a model that says not what it predicts")
    if not features or len(set(features)) != len(features):
        raise Closed("a model that says not what columns it takes")
    raw = facts.get("levels", {})
    levels = {shown(name, _NAME): tuple(cells.decode_value(value) for value in known) for name, known in raw.items()}
    words = (shown(str(facts.get("family")), 100), shown(str(facts.get("kind")), _NAME))
    named, brings = facts.get("named") is True, facts.get("brings_table") is True
    made = RemoteModel(lease, lease.name, *words, task, classes, features, digest, scale, named, levels, notes, brings)
    return replace(made, untrainable=shown(str(facts.get("untrainable", "")), 1_000))


_LISTS = (("classes", MAX_CLASSES), ("features", MAX_FEATURES), ("notes", 100))


def _texts(found: Any, limit: int) -> tuple[str, ...]:
    """A list of texts that a page can show."""
    if not isinstance(found, list) or len(found) > limit or any(type(item) is not str for item in found):
        raise Closed("a list that is none")
    if any(len(item) > _LONGEST or not is_text(item) for item in found):
        raise Closed("a text that is none")
    return tuple(found)
