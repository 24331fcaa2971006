"""Settings of sections of the Model page: heights, groups, cutoffs and axes change what is drawn, and are kept."""

from __future__ import annotations

import numpy as np

from core import cache, registry
from core.loading.samples import load_sample_model, load_sample_table, samples
from core.results import Fairness
from core.views import view
from tests.pages.app import changing, errors, now, open_page, words


def test_the_height_cuts_the_dendrogram_into_other_groups() -> None:
    closed = {f"open_{method.id}": method.id == "aspects" for method in registry.methods("model")}
    sample = next(one for one in samples() if one.id == "breast-cancer")
    app = open_page("model", closed, model=sample.id)
    assert "30 features make 9 groups" in words(app)
    app.slider(key=now(app, "model.aspects.height")).set_value(1.0).run()
    assert errors(app) == []
    assert "30 features make 1 group." in words(app)
    app.segmented_control(key=now(app, "aspects.picture")).set_value("groups").run()
    assert errors(app) == []


def test_groups_are_chosen_and_one_groups_cutoff_moves_it_alone() -> None:
    closed = {f"open_{method.id}": method.id == "fairness" for method in registry.methods("model")}
    sample = next(one for one in samples() if load_sample_model(one.id).task == "binary")
    table = load_sample_table(sample.table)
    app = open_page("model", closed, model=sample.id)
    assert errors(app) == []
    assert "compared with" in words(app)
    by = next(box for box in app.multiselect if str(box.key).startswith("model.fairness.protected"))
    column = next(one.name for one in table.schema.features if not one.is_ordered and len(one.levels) >= 2)
    by.set_value([column]).run()
    assert errors(app) == []
    assert f"groups by {column}" in words(app)
    first = changing(app, "model.fairness.privileged")
    first.set_value(first.options[1]).run()
    assert errors(app) == []
    held = changing(app, "model.fairness.privileged").value
    assert f"compared with “{held}”" in words(app)
    moved = changing(app, "model.fairness.moved")
    moved.set_value(moved.options[0]).run()
    next(slider for slider in app.slider if str(slider.key).startswith("model.fairness.cutoffs")).set_value(0.05).run()
    assert errors(app) == []
    params = {"protected": column, "privileged": held, "moved": moved.options[0]}
    own = params | {"cutoffs": f'{{"{moved.options[0]}": 0.05}}'}
    both = cache.pair(sample.id, sample.table)
    before, after = (cache.explain(both, "fairness", [0], 1, given)[0] for given in (params, own))
    assert isinstance(before, Fairness)
    assert isinstance(after, Fairness)
    place = after.groups.index(moved.options[0])
    assert (np.delete(after.scores, place, axis=0) == np.delete(before.scores, place, axis=0)).all()
    assert after.scores[place, -1] > before.scores[place, -1]
    assert view(after).sentence in words(app)


def test_any_column_stands_along_the_axis_of_the_errors() -> None:
    sample = samples()[0]
    only = {f"open_{method.id}": method.id == "residuals" for method in registry.methods("model")}
    app = open_page("model", only, model=sample.id)
    names = load_sample_table(sample.table).schema.names
    box = app.selectbox(key=now(app, "residuals.along"))
    assert box.value == "along.prediction"
    assert box.options[:3] == ["the prediction", "the true value", "the row's place in the table"]
    app.selectbox(key=now(app, "residuals.along")).set_value(f"feature.{names[1]}").run()
    (shelf,) = app.session_state["section settings"].values()
    assert shelf["residuals"] == {"feature": names[1]}
    assert app.selectbox(key=now(app, "residuals.along")).value == f"feature.{names[1]}"
