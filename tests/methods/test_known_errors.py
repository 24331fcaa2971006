"""What dalex, lime, eli5 and the pictures of shap get wrong or refuse on current libraries (``docs/known_errors.md``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import engine, export
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Attribution, Profile
from core.types import Model, Table
from tests.conftest import closed_table
from tests.methods.test_break_down import Formula
from tests.shapley import zoo


def attribution(method: str, model: Any, table: Table, row: int, **params: Any) -> Attribution:
    found = engine.explain(method, model, table, row, **params)
    assert isinstance(found, Attribution)
    return found


def test_the_automatic_order_of_break_down_takes_the_largest_effect_not_the_largest_number() -> None:
    """dalex sorts by the signed difference, so that the strongest feature comes last when it pulls down."""
    table = closed_table(rows=60)
    model = Formula(lambda x: -10 * x[:, 0] + 0.1 * x[:, 1] + 0.01 * x[:, 2])
    row = int(np.argmax(table.inputs["income"]))
    result = attribution("break_down", model, table, row)
    assert result.features[0] == "income"
    assert result.values[0] < 0
    assert list(np.abs(result.values)) == sorted(np.abs(result.values), reverse=True)


@pytest.mark.parametrize("interactions", [False, True])
@pytest.mark.parametrize("name", ["text pipeline", "xgboost categories", "lightgbm categories", "hist categories"])
def test_break_down_sums_to_the_prediction_with_text_levels_and_gaps(name: str, interactions: bool) -> None:
    """dalex's does not on pandas 3: a level set in a text column becomes missing."""
    model, table = zoo.get(name)
    for row in (0, 7, 31):
        result = attribution("break_down", model, table, row, output=1, background=60, interactions=interactions)
        own = model.predict(table.instance(row))[0, 1]
        base = model.predict(table.background(60, 0))[:, 1].mean()
        assert result.base == pytest.approx(base, abs=1e-6)
        assert result.base + result.values.sum() == pytest.approx(own, abs=1e-6)
        fixed = table.background(60, 0).copy()
        for at, step in enumerate(result.features):
            for feature in step.split(" × "):
                cell = pd.concat([table.instance(row)[feature]] * len(fixed), ignore_index=True)
                fixed[feature] = cell.astype(fixed[feature].dtype).array
            if at < len(result.features) - 1:
                reached = result.base + result.values[: at + 1].sum()
                assert reached == pytest.approx(model.predict(fixed)[:, 1].mean(), abs=2e-6)


def test_break_down_takes_dates_and_rows_without_a_level() -> None:
    """dalex stops for both: it asks of every value whether it is a finite number."""
    frame = zoo.mixed().assign(since=pd.Timestamp("2020-03-01") + pd.to_timedelta(range(zoo.ROWS), unit="D"))
    frame.loc[7, "purpose"] = None

    def say(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(rows["since"].dt.day * (1 + rows["purpose"].isna()) + rows["age"] / 10)

    found = match(wrap(say, features=["since", "purpose", "age"]), from_frame(frame, target="number"))
    result = attribution("break_down", found.model, found.table, 7, background=1000)
    mean, own = say(frame).mean(), say(frame)[7]
    assert result.base == pytest.approx(mean)
    assert result.base + result.values.sum() == pytest.approx(own)
    first = say(frame.assign(**{result.features[0]: frame[result.features[0]][7]})).mean()
    assert result.values[0] == pytest.approx(first - mean)


def test_pictures_do_not_touch_or_need_a_figure_in_use() -> None:
    """shap's waterfall fails on a used figure; dalex's Break Down picture on pandas 3."""
    import matplotlib.pyplot as plt

    model, table = zoo.get("text pipeline")
    result = attribution("break_down", model, table, 3, output=1, background=30)
    alone = export.to_picture(result, "png", dpi=60)
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].plot([0, 1], [1, 0])
    before = figure.axes[:]
    try:
        assert export.to_picture(result, "png", dpi=60) == alone
        assert plt.gcf() is figure
        assert figure.axes == before
    finally:
        plt.close(figure)


def mixed_case() -> tuple[Model, Table]:
    """Text, a category, a flag, gaps, nullable whole numbers."""
    frame = zoo.mixed().assign(age=lambda rows: rows["age"].astype("Int64"))
    model, _ = zoo.get("text pipeline")
    found = match(model, from_frame(frame[[*zoo.MIXED, "paid"]], target="paid"))
    return found.model, found.table


def test_lime_takes_frames_with_text_and_gaps_twice_alike_and_small() -> None:
    """lime refuses all three, answers a second call otherwise, and writes 1.2 MB of HTML for each."""
    model, table = mixed_case()
    row = int(np.flatnonzero(table.inputs["amount"].isna())[0])
    first = attribution("lime", model, table, row, output=1, num_samples=400)
    again = attribution("lime", model, table, row, output=1, num_samples=400)
    assert np.array_equal(first.values, again.values)
    assert first.features == again.features
    assert any("amount" in name for name in first.features)
    assert len(export.to_html(first, "LIME")) < 100_000


def test_an_accumulated_profile_is_centred_on_itself() -> None:
    """dalex centres over all variables of a call: the same variable then has other numbers beside others."""
    table = closed_table(rows=80)
    model = Formula(lambda x: 2 * x[:, 0] + 300 * (x[:, 1] > 40))
    alone: dict[str, np.ndarray] = {}
    for feature in ("income", "age"):
        for how in ("bins", "weights"):
            found = engine.explain("model_profile", model, table, feature=feature, kind="accumulated", accumulate=how)
            assert isinstance(found, Profile)
            alone[f"{feature} {how}"] = found.values[0]
            mean = model.predict(table.inputs)[:, 0].mean()
            assert found.reference == pytest.approx(mean)
    line = alone["income bins"]
    grid = np.asarray(engine.explain("model_profile", model, table, feature="income", kind="accumulated").grid)
    assert line - line[0] == pytest.approx(2 * (grid.astype(float) - float(grid[0])), rel=1e-6)
    assert np.isclose(alone["age weights"].mean(), model.predict(table.inputs)[:, 0].mean())


def test_a_bound_predict_and_a_bare_function_are_models() -> None:
    """shap's KernelExplainer cannot set attributes of a bound method."""
    frame = zoo.numbers()
    from xgboost import XGBRegressor

    fitted = XGBRegressor(n_estimators=8, max_depth=2, n_jobs=1).fit(frame[zoo.NUMBERS], frame["number"])
    found = match(
        wrap(fitted.predict, features=zoo.NUMBERS), from_frame(frame[[*zoo.NUMBERS, "number"]], target="number")
    )
    own = match(wrap(fitted), found.table)
    bound = attribution("shap", found.model, found.table, 3, kind="exact", background=20)
    direct = attribution("shap", own.model, own.table, 3, kind="interventional", background=20)
    assert bound.values == pytest.approx(direct.values, abs=2e-6)
