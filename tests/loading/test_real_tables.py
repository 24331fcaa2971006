"""Real data sets through the door: what a person sees in the file is what the table says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor

from core.loading.frames import with_roles
from core.loading.match import match
from core.loading.tables import read_table
from core.loading.understood import understood
from core.models import wrap
from core.types import Table


def _read(folder: Path, name: str, **roles: object) -> Table:
    return read_table((folder / name).read_bytes(), name, **roles)


FILES = {
    "adult_10k.csv": (10_000, 14, None),
    "apartments.csv": (1_000, 6, None),
    "bike_sharing.csv": (17_379, 13, None),
    "breast_cancer.csv": (569, 31, None),
    "california_housing_5k.csv": (5_000, 9, None),
    "diabetes.csv": (442, 11, None),
    "digits.csv": (1_797, 65, None),
    "fifa20_top2000.csv": (2_000, 43, "short_name"),
    "german_credit.csv": (1_000, 10, None),
    "happiness.csv": (156, 8, "country"),
    "happiness_2015_2019.csv": (782, 9, None),
    "hr.csv": (7_847, 6, None),
    "iris.csv": (150, 5, None),
    "simucredit_8k.csv": (8_000, 10, None),
    "titanic.csv": (2_207, 8, None),
    "wine.csv": (178, 14, None),
}


@pytest.mark.parametrize("name", FILES)
def test_cells_and_types_are_those_of_pandas(shared_data: Path, name: str) -> None:
    table = _read(shared_data, name)
    rows, columns, label = FILES[name]
    assert table.frame.shape == (rows, columns)
    assert table.label == label
    assert table.target is None
    wanted = pd.read_csv(shared_data / name)
    pd.testing.assert_frame_equal(table.frame, wanted, check_exact=True)


def test_adult(shared_data: Path) -> None:
    schema = _read(shared_data, "adult_10k.csv", target="income").schema
    assert [f.name for f in schema.features if f.kind == "integer"] == [
        "age", "education_num", "capital_gain", "capital_loss", "hours_per_week",
    ]  # fmt: skip
    assert {f.name for f in schema.features if f.missing} == {"workclass", "occupation", "native_country"}
    assert schema["sex"].levels == ("Male", "Female")
    assert (schema["age"].low, schema["age"].high) == (17, 90)
    assert schema["education"].levels[0] == "HS-grad"


def test_titanic_class_is_a_feature_not_the_target(shared_data: Path) -> None:
    table = _read(shared_data, "titanic.csv")
    assert table.target is None
    assert set(table.schema["class"].levels[:4]) == {"3rd", "victualling crew", "1st", "engineering crew"}
    corrected = with_roles(table, target="survived")
    assert corrected.schema.names == ("gender", "age", "class", "embarked", "fare", "sibsp", "parch")
    assert corrected.truth(0) in (0, 1)


def test_german_credit_keeps_its_own_word_for_missing(shared_data: Path) -> None:
    schema = _read(shared_data, "german_credit.csv").schema
    assert "not_known" in schema["saving_accounts"].levels
    assert schema["saving_accounts"].missing == 0


def test_happiness_is_named_by_country(shared_data: Path) -> None:
    table = _read(shared_data, "happiness.csv", target="score")
    assert "Poland" in [table.row_name(row) for row in range(len(table))]
    assert len(table.schema) == 6
    assert table.schema["gdp_per_capita"].decimals == 3


def test_bike_sharing_precision(shared_data: Path) -> None:
    schema = _read(shared_data, "bike_sharing.csv").schema
    assert [schema[name].decimals for name in ("temp", "feel_temp", "humidity", "windspeed", "hour")] == [2, 3, 2, 4, 0]
    assert set(schema["weather"].levels) == {"clear", "misty", "rain", "heavy_rain"}


@pytest.mark.parametrize(("separator", "decimal", "encoding"), [(";", ",", "cp1252"), ("\t", ".", "utf-16")])
def test_a_real_table_as_excel_would_write_it_elsewhere(
    shared_data: Path, separator: str, decimal: str, encoding: str
) -> None:
    frame = pd.read_csv(shared_data / "happiness_2015_2019.csv")
    text = frame.to_csv(index=False, sep=separator, decimal=decimal, lineterminator="\r\n")
    table = read_table(text.encode(encoding), "h.csv")
    pd.testing.assert_frame_equal(table.frame, frame)


def test_a_model_of_the_titanic_meets_the_file_it_was_trained_on(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "titanic.csv")
    categories = frame.astype(dict.fromkeys(("gender", "class", "embarked"), "category"))
    estimator = HistGradientBoostingClassifier(max_iter=20, random_state=0, categorical_features="from_dtype")
    estimator.fit(categories.drop(columns="survived"), frame["survived"])
    found = match(wrap(estimator), _read(shared_data, "titanic.csv"))
    assert found.table.target == "survived"
    said = understood(found.model, found.table)
    assert said.accuracy == pytest.approx(estimator.score(categories.drop(columns="survived"), frame["survived"]))


def test_a_model_trained_on_an_array_meets_the_file(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "california_housing_5k.csv")
    features = frame.drop(columns="MedHouseVal")
    estimator = RandomForestRegressor(5, max_depth=4, random_state=0).fit(features.to_numpy(), frame["MedHouseVal"])
    found = match(wrap(estimator), _read(shared_data, "california_housing_5k.csv", target="MedHouseVal"))
    assert found.model.features == tuple(features.columns)
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], estimator.predict(features.to_numpy()))
