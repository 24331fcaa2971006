"""One model, one table, one row: what a notebook holds in its hand. Every method calls the app's own functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core import engine, registry
from core.params import resolve
from core.place import position
from core.results import Prediction, Result
from core.types import Model, Table


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """A matched model and table, and the instance in focus.

    Attributes
    ----------
    model : Model
    table : Table
        Matched with the model (``Workspace.of`` does it).
    row : int
    notes : tuple of str
        What matching found and did, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> frame = pd.DataFrame({"size": [1.0, 2.0, 3.0], "price": [2.0, 4.0, 6.0]})
    >>> work = Workspace.of(LinearRegression().fit(frame[["size"]], frame["price"]), frame, target="price")
    >>> round(float(work.at(2).prediction().values[0]), 6)
    6.0
    """

    model: Model
    table: Table
    row: int = 0
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: Any, table: Any, row: int | str = 0, *, target: str | None = None) -> Workspace:
        """Make one of anything that ``core.model`` and ``core.table`` take, and match the two.

        ``row`` is a position, or a row's name (``core.place``).

        Raises
        ------
        InputError, ModelError
            If one cannot be read, or they do not fit together.
        """
        import core
        from core.loading.match import match

        matched = match(core.model(model), core.table(table, target=target))
        return cls(matched.model, matched.table, position(matched.table, row), matched.notes)

    def at(self, row: int | str) -> Workspace:
        """The same with another instance in focus, by position or name."""
        return replace(self, row=position(self.table, row))

    def prediction(self, output: int | str | None = None) -> Prediction:
        """What the model says of this instance."""
        return engine.prediction(self.model, self.table, self.row, output)

    def explain(self, method_id: str, *, output: int | str | None = None, **params: Any) -> Result:
        """Answer one question about this instance; see ``core.engine.explain``."""
        return engine.explain(method_id, self.model, self.table, self.row, output=output, **params)

    def methods(self) -> Mapping[str, str]:
        """Each method's id with an empty text where it applies, or the reason why not."""
        return {entry.id: entry.unsupported(self.model, self.table) or "" for entry in registry.methods()}

    def key(self, method_id: str, *, output: int | str | None = None, **params: Any) -> str:
        """The digest that names a result, as in links and caches."""
        method = registry.get(method_id)
        chosen = self.prediction(output).output
        resolved = resolve(method, params, self.table)
        return engine.job_key(method, self.model, self.table, self.row, chosen, resolved)
