"""The Data page over every sample: each section answers, follows the feature and marks the instance."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core import registry
from core.loading.samples import load_sample_table, samples
from tests.pages.app import errors, now, open_page, words

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
OPEN = {f"open_{method.id}": True for method in registry.methods("data")}


@EACH
def test_every_section_opens_on_every_sample(sample) -> None:
    app = open_page("data", OPEN, model=sample.id, row=7)
    assert errors(app) == []
    shown = words(app)
    table = load_sample_table(sample.table)
    assert f"{len(table):,} rows" in shown
    assert "is most often" in shown
    assert f"Every row is counted: {len(table):,} in the bars" in shown or "without a value" in shown


def test_the_feature_of_the_link_is_shown() -> None:
    sample = samples()[0]
    name = load_sample_table(sample.table).schema.names[-1]
    app = open_page("data", model=sample.id, feature=name)
    assert errors(app) == []
    assert f"{name} is most often" in words(app)


def test_the_bins_slide_around_sturges_number() -> None:
    sample = samples()[0]
    table = load_sample_table(sample.table)
    feature = next(one for one in table.schema.features if one.is_ordered and not one.missing)
    app = open_page("data", model=sample.id, feature=feature.name)
    slider = app.slider(key=now(app, "distribution.bins"))
    usual = len(np.histogram_bin_edges(table.frame[feature.name].astype(float), "sturges")) - 1
    assert slider.value == usual
    assert (slider.min, slider.max) == (max(1, usual - 10), usual + 10)
    slider.set_value(3).run()
    assert errors(app) == []
    told = re.search(r"most often ([\d.]+) to ([\d.]+) \((\d+) % of the rows\)", words(app))
    assert told is not None
    inside = table.frame[feature.name].between(float(told[1]), float(told[2]))
    assert feature.kind == "integer", "the bin is called by the first and the last number in it"
    assert f"{inside.mean() * 100:.0f}" == told[3]
    assert inside.mean() > 1 / 3 - 0.01


def test_levels_have_no_bins() -> None:
    sample = samples()[0]
    table = load_sample_table(sample.table)
    feature = next(one for one in table.schema.features if not one.is_ordered)
    app = open_page("data", model=sample.id, feature=feature.name)
    assert not [slider for slider in app.slider if slider.key == "distribution.bins"]


def test_another_feature_is_written_into_the_link() -> None:
    sample = samples()[0]
    names = load_sample_table(sample.table).schema.names
    app = open_page("data", model=sample.id)
    app.selectbox(key=now(app, "model.distribution.feature")).set_value(names[2]).run()
    assert app.query_params["feature"] in (names[2], [names[2]])
    assert f"{names[2]} is most often" in words(app)
