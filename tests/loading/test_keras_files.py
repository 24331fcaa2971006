"""``.keras`` files written by Keras itself: the same numbers without Keras; what cannot be read is named."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading.formats import hdf5
from core.loading.match import match
from core.loading.models import read_model
from core.loading.tables import read_table
from core.models import AdaptedModel
from core.portable import check, evaluate, from_json, to_json

FILES = Path(__file__).parent.parent / "keras_files" / "data"
TOLD = {
    release: json.loads((FILES / f"keras{release}.json").read_text())["cases"]
    for release in (2, 3)
    if (FILES / f"keras{release}.json").exists()
}
CASES = [f"keras{release}-{name}" for release, cases in TOLD.items() for name in cases]


def data(case: str) -> bytes:
    return (FILES / f"{case}.keras").read_bytes()


def told(case: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows and what Keras predicted for them."""
    release, _, name = case.removeprefix("keras").partition("-")
    found = TOLD[int(release)][name]
    return pd.DataFrame(found["rows"]), np.asarray(found["expected"])


def loaded(case: str) -> tuple[AdaptedModel, pd.DataFrame, np.ndarray]:
    model = read_model(data(case), f"{case}.keras")
    rows, expected = told(case)
    if not isinstance(rows.columns[0], str):
        rows.columns = list(model.features)
    return model, rows[list(model.features)], expected


def probabilities(model: AdaptedModel, expected: np.ndarray) -> np.ndarray:
    """What Keras said, in this product's form."""
    if expected.shape[1] == 1 and model.task == "binary":
        return np.hstack([1 - expected, expected])
    if model.notes and "scores" in model.notes[0]:
        powers = np.exp(expected - expected.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return expected


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_of_keras(case: str) -> None:
    model, rows, expected = loaded(case)
    wanted = probabilities(model, expected)
    close = 1e-6 * max(1.0, np.abs(wanted).max())  # Keras adds in float32: terms of 1,600 that nearly cancel show it
    np.testing.assert_allclose(model.predict(rows), wanted, rtol=1e-6, atol=close)
    assert np.ptp(wanted[:, 0]) > 1e-3, "the case says nothing"


@pytest.mark.parametrize("case", CASES)
def test_the_plain_form_is_the_model(case: str) -> None:
    model, rows, _ = loaded(case)
    portable = model.portable()
    assert portable is not None
    assert check(portable, model, rows) < 1e-12
    back = from_json(json.loads(json.dumps(to_json(portable), allow_nan=False)))
    np.testing.assert_array_equal(evaluate(back, rows), evaluate(portable, rows))


@pytest.mark.parametrize(
    ("case", "task", "classes", "features"),
    [
        ("keras3-happiness", "regression", 0, ["x0", "x1", "x2", "x3", "x4", "x5"]),
        ("keras3-wine", "multiclass", 3, [f"x{place}" for place in range(13)]),
        ("keras3-scores", "multiclass", 3, ["x0", "x1", "x2", "x3"]),
        ("keras3-columns", "binary", 2, ["age", "fare", "class"]),
        ("keras2-titanic", "binary", 2, ["age", "fare", "gender", "class"]),
    ],
)
def test_what_is_understood(case: str, task: str, classes: int, features: list[str]) -> None:
    model = read_model(data(case), "a.keras")
    assert (model.family, model.task, len(model.classes)) == ("keras", task, classes)
    assert sorted(model.features) == sorted(features)
    assert model.named == (features[0] == "age")


def test_a_table_is_matched_by_position(shared_data: Path) -> None:
    model = read_model(data("keras3-happiness"), "happiness.keras")
    table = read_table((shared_data / "happiness.csv").read_bytes(), "happiness.csv", target="score")
    found = match(model, table)
    assert found.model.features == table.schema.names
    assert any("in their order" in note for note in found.notes)
    rows, expected = told("keras3-happiness")
    np.testing.assert_allclose(found.model.predict(found.table.inputs), expected, rtol=1e-6)
    np.testing.assert_allclose(found.table.inputs.to_numpy(dtype=float), rows.to_numpy(), atol=1e-6)


def test_text_in_a_column_of_numbers_is_named() -> None:
    model, rows, _ = loaded("keras3-happiness")
    with pytest.raises(ModelError, match="x2"):
        model.predict(rows.astype({"x2": object}).assign(x2="a lot"))


def test_hdf5_is_read_as_h5py_reads_it() -> None:
    h5py = pytest.importorskip("h5py")
    for case in CASES:
        with zipfile.ZipFile(io.BytesIO(data(case))) as archive:
            weights = archive.read("model.weights.h5")
        mine, theirs = hdf5.opened(weights, case), h5py.File(io.BytesIO(weights))
        paths: list[str] = []
        theirs.visititems(
            lambda path, item, paths=paths: paths.append(path) if isinstance(item, h5py.Dataset) else None
        )
        assert paths
        for path in paths:
            found = mine.array(path)
            assert found is not None
            assert found.dtype == theirs[path].dtype
            np.testing.assert_array_equal(found, theirs[path][()])
        assert mine.array("layers/nothing/vars/0") is None


def changed(case: str, change: Any) -> bytes:
    """A file whose config was changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data(case))) as source, zipfile.ZipFile(target, "w") as archive:
        for member in source.namelist():
            content = source.read(member)
            if member == "config.json":
                config = json.loads(content)
                change(config)
                content = json.dumps(config).encode()
            archive.writestr(member, content)
    return target.getvalue()


def layer(number: int, **values: Any) -> Any:
    return lambda config: config["config"]["layers"][number].update(values)


def option(number: int, **values: Any) -> Any:
    return lambda config: config["config"]["layers"][number]["config"].update(values)


REFUSED: dict[str, tuple[Any, str]] = {
    "a layer for pictures": (layer(2, class_name="Conv2D"), r"Conv2D 'dense.*ONNX"),
    "a Lambda": (layer(2, class_name="Lambda"), "Lambda layer.*ONNX"),
    "a class of the author": (layer(2, registered_name="mine>Layer"), "mine>Layer.*ONNX"),
    "a module of the author": (layer(2, module="my_layers"), "my_layers.*ONNX"),
    "low precision": (option(2, dtype="float16"), "float16"),
    "quantised": (option(2, quantization_config={"class_name": "Int8"}), "quantization_config"),
    "an unknown activation": (option(2, activation="my_act"), "my_act"),
    "a function of the author": (
        option(2, activation={"class_name": "function", "config": "f", "module": "m"}),
        "author",
    ),
    "more units": (option(2, units=65), r"\(6, 64\), not \(6, 65\)"),
    "units as text": (option(2, units="64"), "units"),
    "another width": (option(0, batch_shape=[None, 7]), "shape"),
    "pictures": (option(0, batch_shape=[None, 6, 6]), "images"),
    "no width": (option(0, batch_shape=None), "how many columns"),
    "a million numbers of one code": (
        lambda config: config["config"].update(
            layers=[
                {**config["config"]["layers"][0], "config": {"batch_shape": [None, 1], "dtype": "int64", "name": "i"}},
                {"class_name": "CategoryEncoding", "config": {"num_tokens": 100_000, "output_mode": "one_hot"}},
            ]
        ),
        "too large for a column",
    ),
    "a mean beyond every number": (
        layer(1, class_name="Rescaling", config={"scale": [10**400], "offset": 0}),
        "no list of numbers",
    ),
    "a model of a class": (lambda config: config.update(class_name="MyModel", registered_name="x>MyModel"), "MyModel"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named(name: str) -> None:
    change, words = REFUSED[name]
    with pytest.raises(ModelError, match=words) as caught:
        read_model(changed("keras3-happiness", change), "a.keras")
    assert caught.value.hint


def test_unchanged_it_loads() -> None:
    assert read_model(changed("keras3-happiness", lambda config: None), "a.keras").task == "regression"


def test_the_old_form_is_named() -> None:
    with pytest.raises(ModelError, match=r"model\.save\('model\.keras'\)"):
        read_model(b"\x89HDF\r\n\x1a\n" + bytes(100), "model.h5")


def test_a_regression_between_zero_and_one_can_be_said() -> None:
    model = read_model(data("keras3-columns"), "a.keras", task="regression")
    _, rows, expected = loaded("keras3-columns")
    assert model.task == "regression"
    np.testing.assert_allclose(model.predict(rows), expected, rtol=1e-6)


def test_only_the_columns_of_numbers_are_taken(shared_data: Path) -> None:
    """A table with text beside the numbers: the text is left out, and said so."""
    frame = pd.read_csv(shared_data / "happiness.csv").assign(region=lambda rows: rows["country"].str[0])
    table = read_table(frame.to_csv(index=False).encode(), "happiness.csv", target="score", label="country")
    found = match(read_model(data("keras3-happiness"), "happiness.keras"), table)
    assert "region" not in found.model.features
    assert any("without 'region'" in note for note in found.notes)
