"""Which algorithm answers: the fastest exact one that holds for this model on this scale."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import NotApplicable
from core.registry import Job
from core.shapley import anymodel, ensemble, linear, native
from core.shapley.answer import Answer, explained, own_scale
from core.types import Scale

KINDS = ("auto", "path-dependent", "interventional", "exact", "permutation", "kernel", "linear")


def solve(job: Job, rows: list[int]) -> Answer:
    """Explain rows as ``kind`` and ``scale`` of the params ask.

    Parameters
    ----------
    job : Job
    rows : list of int

    Raises
    ------
    NotApplicable
        If the kind, or the scale, does not hold for this model.
    """
    wish = str(job.params["scale"])
    explained(job, wish)
    return _WAYS[str(job.params["kind"])](job, rows, wish)


def fits(job: Job, wish: str, scale: Scale | None) -> bool:
    """Whether values in ``scale`` are what was wished for."""
    wanted = {"auto": scale, "log-odds": job.model.margin_scale, "probability": own_scale(job.model)}[wish]
    return scale is not None and scale == wanted


def _auto(job: Job, rows: list[int], wish: str) -> Answer:
    """Closed form, then trees, then the model's answers alone."""
    form = linear.linear_form(job)
    if form is not None and fits(job, wish, form.scale):
        return linear.solve(job, rows, form)
    return _along_trees(job, rows, wish) or _asked(job, rows, wish)


def _along_trees(job: Job, rows: list[int], wish: str) -> Answer | None:
    """Path-dependent values: our tables, the library's own, our walk."""
    ready = ensemble.prepare(job, "path-dependent")
    if ready is None:
        found = native.solve(job, rows) if fits(job, wish, job.model.margin_scale) else None
        if found is not None:
            return found
        ready = ensemble.prepare(job, "path-dependent", deep=True)
    if ready is None or not fits(job, wish, ready.form.scale):
        return None
    return ensemble.solve(job, rows, "path-dependent", ready)


def _path_dependent(job: Job, rows: list[int], wish: str) -> Answer:
    """Path-dependent values or the reason against them."""
    found = _along_trees(job, rows, wish)
    if found is None:
        raise NotApplicable(
            "There are no path-dependent values here.",
            f"{job.model.kind} has no trees that can be read, or they do not add up on this scale.",
            "Choose the kind 'auto', or the scale 'auto'.",
        )
    return found


def _interventional(job: Job, rows: list[int], wish: str) -> Answer:
    """Against the background: by tables or in closed form, otherwise by asking the model the same game."""
    form = linear.linear_form(job)
    if form is not None and fits(job, wish, form.scale):
        return linear.solve(job, rows, form)
    ready = ensemble.prepare(job, "interventional", deep=True)
    if ready is not None and fits(job, wish, ready.form.scale):
        return ensemble.solve(job, rows, "interventional", ready)
    return _asked(job, rows, "log-odds" if wish == "auto" and job.model.margin_scale else wish)


def _linear(job: Job, rows: list[int], wish: str) -> Answer:
    """The closed form or the reason against it."""
    form = linear.linear_form(job)
    if form is None or not fits(job, wish, form.scale):
        raise NotApplicable(
            "There is no closed form here.",
            f"{job.model.kind} is not a weighted sum of its inputs on this scale.",
            "Choose the kind 'auto', or the scale 'auto'.",
        )
    return linear.solve(job, rows, form)


def _asked(job: Job, rows: list[int], wish: str) -> Answer:
    """All coalitions where that is cheap, sampled orderings otherwise."""
    return _asking("exact" if anymodel.fits(job) else "permutation")(job, rows, wish)


def _asking(kind: str) -> Callable[[Job, list[int], str], Answer]:
    """One of the algorithms that only ask the model."""
    return lambda job, rows, wish: anymodel.solve(job, rows, explained(job, wish), kind)


_WAYS: dict[str, Callable[[Job, list[int], str], Answer]] = {
    "auto": _auto,
    "path-dependent": _path_dependent,
    "interventional": _interventional,
    "exact": _asking("exact"),
    "permutation": _asking("permutation"),
    "kernel": _asking("kernel"),
    "linear": _linear,
}
