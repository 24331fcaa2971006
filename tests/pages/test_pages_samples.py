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


def test_lime_tells_values_weights_and_the_chances_of_all_classes() -> None:
    app = open_page("explain", model="wine", data="wine", row=70, method="lime", p_top_labels=3)
    assert errors(app) == []
    weights = [item.value for item in app.dataframe if list(item.value.columns) == ["rule", "value", "weight"]]
    assert len(weights) == 3
    chances = next(item.value for item in app.dataframe if "probability" in item.value.columns)["probability"]
    assert chances.sum() == pytest.approx(1)
    assert chances.is_monotonic_decreasing
    app.toggle(key="first.unused").set_value(True).run()
    assert errors(app) == []
    longer = [item.value for item in app.dataframe if list(item.value.columns) == ["rule", "value", "weight"]]
    assert all(len(more) == 13 > len(less) for more, less in zip(longer, weights, strict=True))
    assert longer[0]["weight"].isna().sum() == 13 - len(weights[0])
