"""Instance Explorer's core: load, explain, view and export; no page code.

In a notebook three lines are enough::

    model = core.model(fitted_estimator)  # or "model.joblib"
    table = core.table(frame, target="y")  # or "data.csv"
    result = core.explain("shap", model, table, row=3)

``core.tune(model, table)`` searches better settings, ``core.train(model, table, settings)`` trains with them.
``core.attributions(model, table)`` is an array of rows, features and classes.
``core.score_importances(score, X, y)`` asks nothing but a score of any black box. One line makes a file of linked
panels: ``Path("report.html").write_text(core.report(model, table), "utf-8")``.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.results import Result, Trials
    from core.types import Model, Table

__all__ = [
    "attributions",
    "explain",
    "loss_importances",
    "model",
    "report",
    "score_importances",
    "table",
    "train",
    "tune",
]


def model(source: Any, **options: Any) -> Model:
    """A model of a fitted object or of a file.

    Parameters
    ----------
    source : estimator, booster, pipeline, function, dalex Explainer, path or Model
        A file goes through the very door of an upload: into a locked process of its own.
    **options
        ``name`` (or ``label``), ``features``, ``classes``, ``task``, ``predict_function``, ``residual_function``,
        ``output`` (the class to explain): see ``core.models.wrap``.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If it cannot be read, is not fitted, or has nothing to explain.
    """
    from core.types import Model

    if "label" in options:
        options.setdefault("name", str(options.pop("label")))
    if isinstance(source, str | PathLike):
        from core.given import no_functions
        from core.loading.uploads import open_upload

        no_functions(options)
        data, name = _read(source, "model")
        return open_upload(data, options.pop("name", name), **options)
    if isinstance(source, Model) and not isinstance(source, type):
        return source
    from core.models import wrap

    return wrap(source, **options)


def table(source: Any, target: Any = None, *, weights: Any = None, **options: Any) -> Table:
    """A table of a frame or of a file.

    Parameters
    ----------
    source : DataFrame, array, dalex Explainer, path or Table
    target : str or sequence, optional
        Column of the true value, or the true values themselves; guessed where evident.
    weights : str or sequence, optional
        Column that says how much a row counts, or the weights themselves: finite, at least 0. Scores, losses and
        profiles honour them, and say so; a dalex Explainer brings its own.
    **options
        ``label``, ``kinds``, ``encoding`` for a file, and ``name`` for a frame: see ``core.loading.frames.from_frame``.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If it cannot be read as a table.
    """
    from core.loading.frames import from_frame, with_roles
    from core.types import Table

    if target is not None and not isinstance(target, str):
        from core.given import beside

        source, target = beside(source, target, "target", "true value")
    if weights is not None and not isinstance(weights, str):
        from core.given import beside

        source, weights = beside(source, weights, "weights", "weight")
    if isinstance(source, Table):
        roles = {"target": target, "weights": weights, **options}
        return source if all(value is None for value in roles.values()) else with_roles(source, **roles)
    if isinstance(source, str | PathLike):
        from core.loading.brought import is_pickle
        from core.loading.tables import read_table
        from core.loading.uploads import open_table_upload

        data, name = _read(source, "table")
        name = options.pop("name", name)
        if is_pickle(data, name):  # a dalex Explainer or a frame: only opened where models are
            return open_table_upload(data, name, target=target, weights=weights, **options)
        return read_table(data, name, target=target, weights=weights, **options)
    from core.models.dalex_explainer import table_frame, unwrap

    held = unwrap(source)
    if held is not None:
        source, roles = table_frame(held)
        target = target or roles.get("target")
        weights = roles.get("weights") if weights is None else weights
    return from_frame(source, options.pop("name", "table"), target=target, weights=weights, **options)


def explain(
    method_id: str, model: Any, table: Any, row: int | str = 0, *, output: int | str | None = None, **params: Any
) -> Result:
    """Answer one question about one row; model and table are matched by column name first.

    Parameters
    ----------
    method_id : str
        ``"shap"``, ``"lime"``, ``"nudges"``…: see ``core.registry.methods()``.
    model, table : object
        Anything that ``core.model`` and ``core.table`` take.
    row : int or str
        Position of the instance, counted from 0, or its name where a column names the rows.
    output : int or str, optional
        Class to explain.
    **params
        The method's parameters.

    Returns
    -------
    Result
        With its checks and its provenance.

    Raises
    ------
    InputError, ModelError, NotApplicable, ComputeError
        Each says what, why and what to do.
    """
    from core.workspace import Workspace

    return Workspace.of(model, table, row).explain(method_id, output=output, **params)


def attributions(model: Any, table: Any, rows: Any = None, *, method: str = "shap", **options: Any) -> Any:
    """Attributions as an array, shape (n_rows, n_features, n_classes); see ``core.batch.every_class``."""
    from core.batch import every_class
    from core.workspace import Workspace

    work = Workspace.of(model, table)
    return every_class(method, work.model, work.table, rows, **options)


def report(model: Any, table: Any, **options: Any) -> str:
    """One HTML file of linked panels that works from a disk, without server and network.

    Parameters
    ----------
    model : object or list
        Anything that ``core.model`` takes; a list of two or three of the same target puts them side by side.
    table : object
        Anything that ``core.table`` takes.
    **options
        ``rows`` or ``instances``, ``output``, ``panels``, ``with_data``, ``title``, ``licence``, ``made``,
        ``fragment``, ``looks``, ``progress``: see ``core.export.report.report``. ``looks`` may be plain pairs
        (``{"up": "#008800", "shap.title": "Why?"}``). Without ``progress`` a terminal or a notebook is told in a line.

    Returns
    -------
    str
        HTML. Where the model is trees, linear or a small network, the file predicts by itself.

    Raises
    ------
    InputError, ModelError
        Each says what, why and what to do.
    """
    from core.export.report import report as write
    from core.report_command import tell
    from core.views.looks import Looks
    from core.views.looks import looks as read
    from core.workspace import Workspace

    held = globals()["table"](table)
    work, *others = [Workspace.of(one, held) for one in (model if isinstance(model, list | tuple) else [model])]
    given = options.get("looks")
    if given is not None and not isinstance(given, Looks):
        options["looks"] = read(given)
    options["rivals"] = [(other.model, other.table) for other in others]
    return write(work.model, work.table, **{"progress": tell(), **options})


def tune(model: Any, table: Any, **params: Any) -> Trials:
    """Search for settings that make a model better, cross-validated; see ``core.tuning.notebook.tune``."""
    from core.tuning.notebook import tune as search

    return search(model, table, **params)


def train(model: Any, table: Any, settings: Any = None, **options: Any) -> Model:
    """Train again, with other settings, without some rows or corrected; see ``core.tuning.notebook.train``."""
    from core.tuning.notebook import train as again

    return again(model, table, settings, **options)


def score_importances(score: Any, X: Any, y: Any, **options: Any) -> Result:
    """Importances of any black box that has only a score: ``score(X, y)``; see ``core.importances.of_score``.

    Parameters
    ----------
    score : callable
        ``(X, y) -> number``, higher is better.
    X : DataFrame or ndarray, shape (n_rows, n_columns)
    y : array-like
    **options
        ``rounds``, ``columns`` (names, positions, groups), ``seed``.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    >>> found = score_importances(lambda X, y: -abs(X[:, 0] - y).sum(), X, X[:, 0])
    >>> bool(found.values[0] > 0), float(found.values[1])
    (True, 0.0)
    """
    from core.importances import of_score

    return of_score(score, X, y, **options)


def loss_importances(model: Any, table: Any, loss: Any, **options: Any) -> Result:
    """Permutation importance by a loss of one's own; see ``core.importances.of_loss``.

    Parameters
    ----------
    model, table : object
        Anything that ``core.model`` and ``core.table`` take.
    loss : callable or str
        ``(truth, predictions) -> number``, lower is better; the losses of ``sklearn.metrics`` fit. Or a name:
        ``"mae"``, or scikit-learn's ``"neg_mean_absolute_error"``.
    **options
        ``weights`` (one a row, passed as ``sample_weight``), ``rounds``, ``groups``, ``seed``.
    """
    from core.importances import of_loss

    return of_loss(model, table, loss, **options)


def _read(source: str | PathLike[str], what: str) -> tuple[bytes, str]:
    """A file's bytes and name.

    Raises
    ------
    ModelError or InputError
        If it cannot be opened.
    """
    from pathlib import Path

    from core.errors import InputError, ModelError

    path = Path(source)
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        kind = ModelError if what == "model" else InputError
        raise kind(
            f"The {what} file '{path}' cannot be opened.", f"{error.strerror or error}.", "Check the path."
        ) from error
