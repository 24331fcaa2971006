"""Over ten thousand random changes to honest pickles: each loads like plain pickle does, or is refused; nothing else."""

from __future__ import annotations

import io
import os
import pickle
import pickletools
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LinearRegression

from core.errors import ModelError
from core.loading import pickles
from core.loading.unpickle.containers import unpack
from core.loading.unpickle.machine import Machine
from tests.security import zoo
from tests.security.alike import alike
from tests.security.forged import forged

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
PER_OBJECT = 2_000


def objects() -> dict[str, Any]:
    """Small honest objects that use many ways of building."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    y = X[:, 0] > 0
    return {
        "linear": make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
        "tree": DecisionTreeClassifier(max_depth=2).fit(X, y),
        "neighbours": KNeighborsClassifier(algorithm="kd_tree").fit(X, y),
        "function": FunctionTransformer(np.log1p, kw_args={"dtype": np.float32}),
        "frame": {"a": pd.DataFrame({"x": [1, 2], "k": ["u", "v"]}), "b": (1, 2.5, None, {3, "x"}, frozenset({b"z"}))},
    }


OBJECTS = objects()


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One to three changes: a byte, a cut, a doubled or moved piece."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not changed:
            return b""
        at, kind = int(rng.integers(0, len(changed))), int(rng.integers(0, 6))
        if kind <= 2:
            changed[at] = int(rng.integers(0, 256))
        elif kind == 3:
            del changed[at : at + int(rng.integers(1, 20))]
        elif kind == 4:
            piece = changed[at : at + int(rng.integers(1, 20))]
            changed[at:at] = piece
        else:
            other = int(rng.integers(0, len(changed)))
            changed[at : at + 8] = changed[other : other + 8]
    return bytes(changed)


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.filterwarnings("ignore")
def test_mutations_load_alike_or_are_refused(name: str) -> None:
    rng = np.random.default_rng(len(name))
    loaded = refused = 0
    for number in range(PER_OBJECT):
        data = mutated(pickle.dumps(OBJECTS[name], protocol=(2, 4, 5)[number % 3]), rng)
        try:
            pickles.load(data, "m.pkl")
        except ModelError:
            refused += 1
            continue
        loaded += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = Machine(unpack(data)).run()  # before settings are switched off
            assert alike(raw, pickle.loads(data)), number
    assert loaded + refused == PER_OBJECT
    assert refused > PER_OBJECT // 4


def test_the_mutations_are_ten_thousand() -> None:
    assert PER_OBJECT * len(OBJECTS) >= 10_000


@pytest.mark.filterwarnings("ignore")
def test_mutations_of_every_family_load_alike_or_are_refused() -> None:
    """A few of every other object of the zoo here, a third of them well formed (``forged.py``).

    ``MUTATIONS=10000`` makes ten of each, in two minutes.
    """
    cases = list(zoo.cases())[:: 1 if "MUTATIONS" in os.environ else 2]
    each = -(-int(os.environ.get("MUTATIONS", "1000")) // len(cases))
    rng = np.random.default_rng(7)
    outcomes: Counter[str] = Counter()
    odd: list[tuple[str, int, str]] = []
    for place, (name, make) in enumerate(cases):
        try:
            made = make()[0]
            data = pickle.dumps(made, protocol=(2, 4, 5)[place % 3])
        except Exception:
            continue
        for number in range(each):
            said = outcome(forged(made, rng) if number % 3 == 2 else mutated(data, rng))
            outcomes[said] += 1
            if said not in ("alike", "refused"):
                odd.append((name, number, said))
    assert odd == []
    assert outcomes.total() >= each * len(cases) * 0.9
    assert min(outcomes["alike"], outcomes["refused"]) > each * len(cases) // 50


def outcome(changed: bytes) -> str:
    """What becomes of a changed file: it is refused, loads like plain pickle does, or something that must not be."""
    try:
        pickles.load(changed, "m.pkl")
    except ModelError:
        return "refused"
    except Exception as error:
        return repr(error)[:200]
    try:
        plain = pickle.loads(changed)
    except Exception as error:
        # distributions run their state when they are read plainly; here a stand-in is left in their place
        return "alike" if b"scipy.stats" in changed else f"read, where plain pickle fails: {error!r}"[:200]
    return "alike" if alike(Machine(unpack(changed)).run(), plain) else "another object"


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_arrays_of_another_byte_order_load_alike(protocol: int) -> None:
    model = LinearRegression().fit(np.eye(3), [1.0, 2.0, 4.0])
    model.coef_ = model.coef_.astype(">f8")
    assert outcome(pickle.dumps(model, protocol)) == "alike"


def test_a_version_that_is_no_text_is_refused() -> None:
    data = pickle.dumps(LinearRegression(), 4)
    version = sklearn.__version__.encode()
    said = b"\x8c" + bytes([len(version)]) + version + b"\x94"
    assert data.count(said) == 1
    assert outcome(data) == "alike"
    assert outcome(data.replace(said, b"K\x01\x94")) == "refused"


def test_a_state_that_is_kept_elsewhere_loads_alike() -> None:
    model = LinearRegression()
    model.inner_, model.held_ = LinearRegression(), False
    data, key = pickle.dumps(model, 4), b"\x8c\x05held_\x94"
    inner = data.index(b"}\x94", data.index(b"inner_"))
    kept = [op.name for op, _, _ in pickletools.genops(data[:inner] + b".")].count("MEMOIZE")
    changed = data.replace(key + b"\x89", key + b"h" + bytes([kept]))
    assert vars(pickle.loads(changed))["held_"]["fit_intercept"] is True
    assert outcome(changed) == "alike"


def test_a_misspelt_setting_of_catboost_loads_alike_and_writes_nothing() -> None:
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostRegressor(iterations=2, verbose=0, allow_writing_files=False).fit(X, X[:, 0])
    data = pickle.dumps(model, 4)
    key = b"\x8c\x13allow_writing_files"
    changed = data.replace(key, key.replace(b"allow", b"allkw"))
    assert data.count(key) == 1
    assert outcome(changed) == outcome(data) == "alike"
    loaded: Any = pickles.load(changed, "m.pkl")
    assert loaded.get_params()["allow_writing_files"] is False


def test_a_state_of_texts_that_is_kept_elsewhere_is_refused() -> None:
    model = LinearRegression()
    model.texts_, model.held_ = pd.array(["u", "v"], dtype="str"), False
    data, key = pickle.dumps(model, 4), b"\x8c\x05held_\x94"
    inner = data.index(b"}\x94", data.index(b"ArrowStringArray"))
    kept = [op.name for op, _, _ in pickletools.genops(data[:inner] + b".")].count("MEMOIZE")
    changed = data.replace(key + b"\x89", key + b"h" + bytes([kept]))
    assert type(vars(pickle.loads(changed))["held_"]["_pa_array"]).__name__ == "ChunkedArray"  # not as it was written
    assert outcome(data) == "alike"
    assert outcome(changed) == "refused"


def test_parts_of_a_table_that_are_kept_elsewhere_load_alike_or_are_refused() -> None:
    """Each object that the file remembers, kept once more: our reader has things of its own where a table is half built."""
    table = pd.DataFrame({"a": [1.0, 2.0], "b": pd.array(["u", "v"], dtype="str"), "c": pd.Categorical(["x", "y"])})
    data = pickle.dumps([table, table["a"], table["c"]], 4)
    outcomes = Counter()
    for kept in range([op.name for op, _, _ in pickletools.genops(data)].count("MEMOIZE")):
        outcomes[outcome(data[:-1] + b"h" + bytes([kept]) + b"\x86.")] += 1
    assert set(outcomes) == {"alike", "refused"}
    assert min(outcomes.values()) > 10


def test_a_time_in_parts_of_its_unit_is_refused() -> None:
    data = pickle.dumps({"a": np.array(["2020-02-03"], "M8[D]")}, 4)
    unit = b"K\x01K\x01K\x01t"
    assert data.count(unit) == 1
    assert outcome(data) == "alike"
    assert outcome(data.replace(unit, b"K\x01K?K\x01t")) == "refused"


def test_a_seed_of_unknown_fields_is_refused() -> None:
    held = pickle.dumps(np.random.SeedSequence(3), 4)
    known = [value for op, value, _ in pickletools.genops(held) if op.name in ("BININT", "LONG1")]
    assert known[0] in (0x3EAA222, 0xC464C19, 0xF88304A)
    model = LinearRegression()
    model.seed_ = np.random.default_rng(3)
    whole = pickle.dumps(model, 4)
    sums = known[0].to_bytes(4, "little")
    assert whole.count(sums) == 1
    assert outcome(whole) == "alike"
    assert outcome(whole.replace(sums, (known[0] ^ 1).to_bytes(4, "little"))) == "refused"
    of_another, owner = whole.replace(sums + b"N", sums + b"K\x00"), whole.rindex(b"h", 0, whole.index(sums))
    assert outcome(of_another) == "refused"
    assert outcome(whole[:owner] + b"h\x00" + whole[owner + 2 :]) == "refused"  # of a text, not of its class


@pytest.mark.parametrize("kind", ["float16", "object", "U8"])
def test_numbers_of_another_type_are_refused_where_libraries_refuse_them(kind: str) -> None:
    """A tree's values and a distance's parameters: compiled code takes float64 only, so what holds others is forged."""

    class Values(pickle._Pickler):  # type: ignore[name-defined,misc]
        def reducer_override(self, item: Any) -> Any:
            if not type(item).__module__.endswith(("_tree", "_dist_metrics")):
                return NotImplemented
            maker, arguments, state = item.__reduce__()
            if isinstance(state, dict):
                return maker, arguments, {**state, "values": state["values"].astype(kind)}
            return maker, arguments, (state[0], np.asarray(state[1]).astype(kind), *state[2:])

    for name in ("tree", "neighbours"):
        file = io.BytesIO()
        Values(file, protocol=4).dump(OBJECTS[name])
        assert file.getvalue() != pickle.dumps(OBJECTS[name], protocol=4)
        with pytest.raises(ValueError, match=r"type|format"):
            pickle.loads(file.getvalue())
        assert outcome(file.getvalue()) == "refused"


@pytest.mark.parametrize(
    ("honest", "state"),
    [
        ("f8", (3, "<", None, None, None, -1, 10**30, 0)),
        ("M8", (4, "<", None, None, None, -1, -1, 0, (None, (b"ns", 1, 1, None)))),
        ("M8", (4, "<", None, None, None, -1, -1, 0, (None, (b"ns", 1)))),
        ("M8", (4, "<", None, None, None, -1, -1, 0, ([], [b"ns", 1, 1, 1]))),
    ],
)
def test_types_of_numbers_with_parts_of_other_types_are_refused(honest: str, state: tuple[Any, ...]) -> None:
    class Lying:
        def __init__(self, known: tuple[Any, ...]) -> None:
            self.known = known

        def __reduce__(self) -> Any:
            return np.dtype, (honest, False, True), self.known

    true = np.dtype("M8[ns]" if honest == "M8" else honest).__reduce__()[2]
    assert outcome(pickle.dumps([Lying(true)])) == "alike"  # type: ignore[arg-type]
    assert outcome(pickle.dumps([Lying(state)])) == "refused"


def test_an_array_whose_first_size_is_a_truth_value_is_refused() -> None:
    honest = pickle.dumps(np.arange(3), protocol=2)
    forged_one = honest.replace(b"K\x00\x85", b"\x89\x85", 1)
    assert forged_one != honest
    assert outcome(honest) == "alike"
    assert outcome(forged_one) == "refused"


def test_a_masked_array_begins_as_numpy_begins_it() -> None:
    honest = pickle.dumps({"param_a": np.ma.MaskedArray([1.0, 2.0], mask=[True, False])}, protocol=2)
    lying = honest.replace(b"X\x01\0\0\0b", b"X\x01\0\0\0q", 1)
    assert lying != honest
    assert outcome(honest) == "alike"
    assert outcome(lying) == "refused"
