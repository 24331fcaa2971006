"""Attributions of many rows on the Model page: one chart for plain readers, two importances side by side for experts."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.loading.samples import load_sample_model, samples
from core.losses import LOSSES
from core.views import attributions
from tests.pages.app import errors, now, open_page, words

OPEN = {"open_shap_summary": True}


@pytest.mark.parametrize(("level", "beside"), [("plain", False), ("expert", True)])
def test_bars_stand_alone_for_plain_readers_and_beside_permutation_for_experts(level: str, beside: bool) -> None:
    app = open_page("model", OPEN, model=samples()[0].id, level=level)
    app.segmented_control(key=now(app, "shap_summary.picture")).set_value("bar").run()
    assert errors(app) == []
    assert ("**Permutation**: how much worse without it" in words(app)) is beside
    assert "Click a mark to open its row" not in words(app)
    if level == "plain":
        side_by_side(app)
        return
    task = load_sample_model(samples()[0].id).task
    offered = app.selectbox(key=now(app, "model.permutation_importance.loss")).options
    assert offered == ["chosen by the task", *(loss.title for loss in LOSSES if task in loss.tasks)]


def side_by_side(app: AppTest) -> None:
    """SH3: six pictures of the same rows at once, each a drawing of its own."""
    app.segmented_control(key=now(app, "shap_summary.picture")).set_value("all").run()
    assert errors(app) == []
    said = words(app)
    for title in (*attributions.PICTURES.values(), "One feature"):
        assert f"**{title}**" in said
    keys = {item.proto.id.split("-shap_summary.")[-1] for item in app.get("vega_lite_chart")}
    assert {*attributions.PICTURES, "dots"} <= keys
    assert said.count("Grey: levels, which have no order.") == 1
