"""Every page with every sample: it opens without an error and says what the model says."""

from __future__ import annotations

import pytest

from core.engine import output_index
from core.loading.match import match
from core.loading.samples import load_sample_model, load_sample_table, samples
from core.views import words as said
from tests.pages.app import errors, open_page, words

PAGES = ("explain", "what_if", "compare", "load", "about")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_every_page_opens_with_every_sample(page: str, sample) -> None:
    app = open_page(page, model=sample.id, row=7)
    assert errors(app) == []


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_the_headline_is_the_models_own_prediction(sample) -> None:
    both = match(load_sample_model(sample.id), load_sample_table(sample.table))
    values = both.model.predict(both.table.instance(7))[0]
    output = output_index(both.model, None, values)
    app = open_page(model=sample.id, row=7)
    label = both.model.classes[output] if both.model.classes else both.table.target
    scale = "probability" if both.model.classes else "target"
    assert f"**{said.output(float(values[output]), scale, label, both.table.target)}**" in words(app)
