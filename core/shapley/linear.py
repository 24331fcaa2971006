"""Shapley values of a linear form in closed form: weight times distance from the background's mean."""

from __future__ import annotations

import numpy as np

from core.portable import Linear
from core.portable.evaluate import sums
from core.registry import Job
from core.results import Check
from core.shapley.answer import Answer, background, background_size, background_words, pick
from core.shapley.trusted import Trusted, trusted


def linear_form(job: Job) -> Trusted | None:
    """The model's linear form, None where it is not linear."""
    form = trusted(job)
    return form if form is not None and isinstance(form.portable.body, Linear) else None


def solve(job: Job, rows: list[int], form: Trusted) -> Answer:
    """Explain rows of a linear model on its additive scale.

    phi_j = sum over the encoded columns c of feature j of w_c (x_c - mean of x_c over the background): exact for any
    dependence between the features (E. Štrumbelj and I. Kononenko, 2014, doi:10.1007/s10115-013-0679-x).

    Parameters
    ----------
    job : Job
        ``background`` and ``seed`` of its params are used.
    rows : list of int
    form : Trusted
        From ``linear_form``.
    """
    body = form.portable.body
    assert isinstance(body, Linear)
    reference, encoded = form.encode(background(job)), form.encode(job.table.rows(rows))
    terms = (encoded - reference.mean(axis=0)) * pick(body.weights, job)
    values = np.zeros((len(rows), len(form.portable.features)))
    np.add.at(values.T, form.portable.sources, terms.T)
    base = np.full(len(rows), pick(sums(form.portable, reference), job).mean())
    output = pick(sums(form.portable, encoded), job)
    mean = ("the mean of " if background_size(job) > 1 else "") + background_words(job)
    text = f"Exact, in closed form: weight times distance from {mean}."
    return Answer(values, base, output, form.scale, None, (Check("algorithm", None, None, text), form.check))
