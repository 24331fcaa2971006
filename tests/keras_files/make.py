"""Write small .keras files and what Keras itself predicts with them; run by hand, with Keras installed.

    KERAS_BACKEND=jax python tests/keras_files/make.py SHARED_DATA

Files and numbers are committed beside this script, so that the tests need no Keras. With Keras 2 (TensorFlow 2.15) it
writes the older form of the same; ``SHARED_DATA`` is the folder with happiness.csv, wine.csv and titanic.csv.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from keras import layers

HERE = Path(__file__).parent / "data"
OLD = keras.__version__.startswith("2.")
RNG = np.random.default_rng(3)


def happiness(data: Path) -> tuple[Any, Any]:
    """The network of the article that explains the happiness score with dalex: 6 indicators, one number."""
    frame = pd.read_csv(data / "happiness.csv", index_col="country")
    x, y = frame.drop(columns="score").to_numpy("float32"), frame["score"].to_numpy()
    norm = layers.Normalization()
    norm.adapt(x)
    model = keras.Sequential(
        [keras.Input((6,)), norm, layers.Dense(64, "relu"), layers.Dense(64, "relu"), layers.Dense(1)]
    )
    model.compile("adam", "mae")
    model.fit(x, y, epochs=150, batch_size=16, verbose=0)
    return model, x


def wine(data: Path) -> tuple[Any, Any]:
    """Three classes: normalisation, drop-out, leaky slopes, softmax."""
    frame = pd.read_csv(data / "wine.csv")
    x = frame.iloc[:, :13].to_numpy("float32")
    codes, _ = pd.factorize(frame.iloc[:, 13], sort=True)
    model = keras.Sequential([keras.Input((13,)), layers.BatchNormalization(), layers.Dense(8), layers.LeakyReLU()])
    for layer in (layers.Dropout(0.2), layers.Dense(3), layers.Softmax()):
        model.add(layer)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, codes, epochs=120, batch_size=16, verbose=0)
    return model, x


def activations(_data: Path) -> tuple[Any, Any]:
    """Every activation, each after two units of its own."""
    names = ["relu", "elu", "selu", "gelu", "silu", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid",
             "exponential", "softmax", "linear"]  # fmt: skip
    if not OLD:
        names += ["leaky_relu", "relu6", "celu", "mish", "hard_silu", "hard_tanh", "log_sigmoid", "log_softmax"]
    start = keras.Input((3,))
    parts = [layers.Dense(2, activation=name, bias_initializer="normal")(start) for name in names]
    parts.append(layers.Dense(2, activation=layers.LeakyReLU())(start))
    return keras.Model(start, layers.Dense(1)(layers.Concatenate()(parts))), RNG.normal(size=(60, 3)) * 3


def shapes(_data: Path) -> tuple[Any, Any]:
    """Joins, reshapes, normalisations, a shared layer, a model in a model; layers are named to confuse."""
    start = keras.Input((6,), name="zz")
    inner_start = keras.Input((4,))
    inner = keras.Model(inner_start, layers.Dense(4, name="a")(layers.Dense(5, "tanh", name="z")(inner_start)))
    block = keras.Sequential([layers.Dense(4, "relu"), layers.PReLU(alpha_initializer="normal")])
    shared = layers.Dense(4, name="dense_9")
    x = layers.Reshape((1, 6))(layers.Rescaling(0.5, offset=-0.1)(start))
    x = shared(layers.Dense(4, name="dense_1")(layers.Flatten()(x)))
    y = block(start)
    z = inner(shared(y))
    joined = [layers.Add()([x, y, z]), layers.Subtract()([x, z]), layers.Multiply()([y, z]), layers.Average()([x, y])]
    joined += [layers.Maximum()([x, z]), layers.Minimum()([x, y])]
    x = layers.LayerNormalization()(layers.Concatenate()(joined))
    x = layers.ELU(alpha=0.7)(layers.ReLU(max_value=1.5)(layers.BatchNormalization()(x)))
    x = layers.UnitNormalization()(layers.GaussianNoise(0.3)(x))
    if not OLD:
        x = layers.RMSNormalization()(layers.Identity()(x))
    return keras.Model(start, layers.Activation("sigmoid")(layers.Dense(1, name="dense")(x))), RNG.normal(size=(60, 6))


def scores(_data: Path) -> tuple[Any, Any]:
    """Three classes without a softmax: the loss adds it."""
    model = keras.Sequential([layers.Dense(4, "swish"), layers.Dense(3, use_bias=False)])
    x = RNG.normal(size=(60, 4))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, (x[:, 0] > 0).astype(int) + (x[:, 1] > 0), epochs=5, verbose=0)
    return model, x


def columns(_data: Path) -> tuple[Any, Any]:
    """One input for each column; one of them whole numbers with learned vectors."""
    age, fare = keras.Input((1,), name="age"), keras.Input((1,), name="fare")
    cabin = keras.Input((1,), name="class", dtype="int32")
    vector = layers.Flatten()(layers.Embedding(4, 3)(cabin))
    x = layers.Dense(5, "relu")(layers.Concatenate()([age, vector, fare]))
    rows = {"age": RNG.normal(size=(60, 1)), "fare": RNG.normal(size=(60, 1)), "class": RNG.integers(0, 4, (60, 1))}
    return keras.Model([age, fare, cabin], layers.Dense(1, "sigmoid")(x)), rows


def titanic(data: Path) -> tuple[Any, Any]:
    """The tutorial on structured data: numbers normalised, levels looked up and encoded, each column an input."""
    frame = pd.read_csv(data / "titanic.csv").dropna(subset=["age", "fare", "gender", "class"])
    inputs, parts = {}, []
    for name in ("age", "fare"):
        inputs[name] = keras.Input((1,), name=name)
        norm = layers.Normalization(axis=None)
        norm.adapt(frame[name].to_numpy("float32"))
        parts.append(norm(inputs[name]))
    for name, given in (("gender", sorted(frame["gender"].unique())), ("class", None)):
        inputs[name] = keras.Input((1,), name=name, dtype="string")
        look = layers.StringLookup(vocabulary=given)
        if given is None:
            look.adapt(frame[name].astype(str).to_numpy())
        parts.append(layers.CategoryEncoding(look.vocabulary_size(), output_mode="one_hot")(look(inputs[name])))
    x = layers.Dense(6, "relu")(layers.Concatenate()(parts))
    model = keras.Model(inputs, layers.Dense(1, "sigmoid")(layers.Dropout(0.1)(x)))
    rows = {name: frame[[name]].to_numpy()[:80] for name in inputs}
    rows["gender"][0] = "unheard of"
    return model, {k: v.astype("float32") if k in ("age", "fare") else v.astype(str) for k, v in rows.items()}


CASES: dict[str, Callable[[Path], tuple[Any, Any]]] = {
    "happiness": happiness,
    "wine": wine,
    "activations": activations,
    "shapes": shapes,
    "scores": scores,
    "columns": columns,
}
if OLD:
    CASES["titanic"] = titanic  # text needs TensorFlow


def ask(model: Any, rows: Any) -> np.ndarray:
    """What Keras predicts."""
    if isinstance(rows, dict):
        return np.asarray(model.predict(rows, verbose=0))
    return np.asarray(model(np.asarray(rows, dtype="float32"), training=False))


def main(data: Path) -> None:
    """Write every case."""
    answers = {}
    for name, make in CASES.items():
        keras.utils.set_random_seed(1)
        model, rows = make(data)
        for variable in (
            one for one in model.weights if hasattr(one, "assign")
        ):  # fresh layers have weights that hide mistakes
            if float(np.abs(np.asarray(variable)).max()) in (0.0, 1.0) and "count" not in variable.name:
                kind = np.asarray(variable).dtype
                variable.assign((np.asarray(variable) + RNG.random(variable.shape) * 0.5).astype(kind))
        loss = getattr(model, "loss", None) if name == "scores" else None
        model.compile(loss=loss)  # without the optimiser's weights, which are twice the model's
        model.save(HERE / f"keras{keras.__version__[0]}-{name}.keras")
        held = {key: cells[:, 0].tolist() for key, cells in rows.items()} if isinstance(rows, dict) else rows.tolist()
        answers[name] = {"rows": held, "expected": ask(model, rows).astype(float).tolist()}
    target = HERE / f"keras{keras.__version__[0]}.json"
    target.write_text(json.dumps({"version": keras.__version__, "cases": answers}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
