"""A model in a worker answers like one in the app; when it dies the app says so and goes on."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBRegressor

from core import fingerprint
from core.engine import explain, explain_rows
from core.errors import ExplorerError, InputError, ModelError, NotApplicable
from core.loading import uploads
from core.loading.check import check, check_lines
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.loading.tables import read_table
from core.registry import Job, Watch
from core.results import Nudges, same
from core.shapley import ensemble
from core.shapley.frontier import Walk
from core.types import Model
from core.views.whatif import carry
from core.workers import RemoteModel, doctor, open_model, open_table, protected, protections
from tests.workers.asked_models import FOREST, FRAME, LINEAR, TARGET, pid

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")


def test_it_is_a_model_with_the_same_facts_and_numbers(remote: RemoteModel) -> None:
    here = read_model(LINEAR, "m.pkl")
    assert isinstance(remote, Model)
    for part in ("family", "kind", "task", "classes", "features", "fingerprint", "margin_scale", "name"):
        assert getattr(remote, part) == getattr(here, part)
    for rows in (1, 7, 80):
        assert np.array_equal(remote.predict(FRAME[:rows]), here.predict(FRAME[:rows]))
        assert np.array_equal(remote.margin(FRAME[:rows]), here.margin(FRAME[:rows]))
    first, second = remote.contributions(FRAME), here.contributions(FRAME)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert np.array_equal(first.values, second.values)
        assert first.scale == second.scale
    assert (remote.portable() is None) == (here.portable() is None)


def test_whole_explanations_run_inside_and_are_the_same(remote: RemoteModel) -> None:
    here = read_model(LINEAR, "m.pkl")
    table = from_frame(FRAME.assign(y=TARGET), "t.csv", target="y")
    pair, own = match(remote, table), match(here, table)
    steps: list[float] = []
    for rows in ([0], [3, 4, 5]):
        theirs = explain_rows(
            "ceteris_paribus", pair.model, pair.table, rows, progress=lambda f, _s: steps.append(f), feature="age"
        )
        ours = explain_rows("ceteris_paribus", own.model, own.table, rows, feature="age")
        assert all(same(first, second) for first, second in zip(theirs, ours, strict=True))
    with pytest.raises(InputError, match="no method named"):
        explain("nonsense", pair.model, pair.table)
    with pytest.raises(InputError):
        explain("ceteris_paribus", pair.model, pair.table, 0, feature="nonsense")


def test_why_a_model_does_not_convert_is_told_as_here() -> None:
    """The report names the part that stands in the way, wherever the model lives."""
    data = pickle.dumps(make_pipeline(StandardScaler(), KNeighborsRegressor(3)).fit(FRAME, FRAME["age"]))
    table = from_frame(FRAME, "t.csv")
    reasons = []
    for model in (read_model(data, "m.pkl"), open_model(data, "m.pkl")):
        carried = carry(model, table, model.predict(table.inputs))
        assert carried.model is None
        reasons.append(carried.reason)
    assert reasons[0] == reasons[1]
    assert "KNeighborsRegressor" in reasons[0]


def fitted(kind: str) -> bytes:
    """A network, or a booster."""
    score = FRAME["age"] * FRAME["rate"] + FRAME["income"]
    if kind == "network":
        return pickle.dumps(
            MLPRegressor(hidden_layer_sizes=(6, 5), solver="lbfgs", max_iter=2_000, random_state=0).fit(FRAME, score)
        )
    return pickle.dumps(XGBRegressor(n_estimators=5, max_depth=3, n_jobs=1).fit(FRAME, score))


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("network", "permutation_importance", {"rounds": 3}),
    ("network", "model_profile", {"feature": "rate"}),
    ("network", "shap", {"kind": "exact", "reference": "clusters", "clusters": 4}),
    ("booster", "own_weights", {}),
    ("booster", "shap", {"kind": "interventional", "reference": "clusters", "clusters": 4}),
]


@pytest.mark.parametrize(("kind", "method", "params"), ASKED)
def test_what_needs_more_of_the_system_works_inside_too(kind: str, method: str, params: dict[str, Any]) -> None:
    """Threads and libraries that are loaded late: clusters, a network's own layers, a booster's own trees."""
    data = fitted(kind)
    table = from_frame(FRAME.assign(y=FRAME["age"]), "t.csv", target="y")
    here, there = match(read_model(data, "m.pkl"), table), match(open_model(data, "m.pkl"), table)
    ours = explain(method, here.model, here.table, 3, **params)
    assert same(explain(method, there.model, there.table, 3, **params), ours)
    there.model.close()  # type: ignore[attr-defined]  # a remote model


def test_compiled_loops_run_inside_and_write_nothing() -> None:
    """A deep forest is walked by loops that were compiled before the worker was locked."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(200, 14)), columns=[f"x{at}" for at in range(14)])
    forest = ExtraTreesRegressor(3, max_features=1, random_state=0).fit(frame, random.normal(size=200))
    table, data = from_frame(frame, "t.csv", target=""), pickle.dumps(forest)
    here, there = match(read_model(data, "m.pkl"), table), match(open_model(data, "m.pkl"), table)
    job = Job(here.model, here.table, 3, 0, {"background": 50, "seed": 0})
    ready = ensemble.prepare(job, "interventional", deep=True)
    assert ready is not None
    assert isinstance(ready.explainer, Walk)
    ours = explain("shap", here.model, here.table, 3, kind="interventional")
    assert same(explain("shap", there.model, there.table, 3, kind="interventional"), ours)
    assert any("Exact" in check.text for check in ours.checks)
    there.model.close()  # type: ignore[attr-defined]  # a remote model


def test_answers_on_the_way_come_out_and_an_early_end_goes_in(remote: RemoteModel) -> None:
    pair = match(remote, from_frame(FRAME.assign(y=TARGET), "t.csv", target="y"))
    seen: list[Any] = []
    whole = explain("nudges", pair.model, pair.table, 3, progress=Watch(lambda f, s: None, seen.append))
    assert len(seen) >= 2
    assert same(explain("nudges", read_model(LINEAR, "m.pkl"), pair.table, 3), whole)
    for answer in seen:
        assert isinstance(answer, Nudges)
        assert answer.nudges
        assert answer.provenance is not None
    worker = pid(remote)
    cut = explain("nudges", pair.model, pair.table, 3, progress=Watch(lambda f, s: None, lambda r: None, lambda: True))
    assert any("stopped" in check.text for check in cut.checks)
    assert cut.nudges
    assert same(explain("nudges", pair.model, pair.table, 3), whole)
    assert pid(remote) == worker, "the worker lives on"


def test_the_table_is_sent_once(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = match(remote, from_frame(FRAME, "t.csv"))
    sent = []
    original = RemoteModel._send_table
    monkeypatch.setattr(
        RemoteModel, "_send_table", lambda self, table: (sent.append(table.fingerprint), original(self, table))
    )
    for row in range(3):
        explain("ceteris_paribus", pair.model, pair.table, row, feature="age")
    assert sent == [pair.table.fingerprint]


def test_errors_inside_come_back_as_they_are(remote: RemoteModel) -> None:
    with pytest.raises(InputError):
        remote.predict(FRAME[["income", "age", "rate"]])
    forest = open_model(FOREST, "f.pkl")
    with pytest.raises(NotApplicable):
        forest.margin(FRAME)
    forest.close()
    with pytest.raises(ModelError, match=r"os\.system|posix\.system"):
        open_model(b"cos\nsystem\n(X\x01\x00\x00\x00xtR.", "evil.pkl")


def test_memory_is_limited() -> None:
    lines = [f"c{number}" for number in range(3)]
    model = open_model(pickle.dumps(LogisticRegression().fit(FRAME.set_axis(lines, axis=1), TARGET)), "m.pkl")
    status = Path(f"/proc/{pid(model)}/limits").read_text()
    space = next(line for line in status.splitlines() if line.startswith("Max address space"))
    assert "unlimited" not in space
    assert "Max file size             0" in status
    model.close()


def test_names_for_columns_survive_a_restart() -> None:
    bare = pickle.dumps(LogisticRegression().fit(FRAME.to_numpy(), TARGET))
    model = open_model(bare, "m.pkl")
    assert not model.named
    named = model.rebind(("age", "income", "rate"))
    expected = named.predict(FRAME)
    named.close()
    assert np.array_equal(named.predict(FRAME), expected)
    assert named.fingerprint == fingerprint.of_params([fingerprint.of_bytes(bare), ["age", "income", "rate"]])
    with pytest.raises(InputError):
        model.rebind(("a", "a", "b"))
    named.close()


def test_tables_are_parsed_in_a_worker() -> None:
    data = b"a;b;y\n1,5;x;0\n2,5;z;1\n3,5;;0\n"
    ours, theirs = read_table(data, "t.csv", target="y"), open_table(data, "t.csv", target="y")
    pd.testing.assert_frame_equal(theirs.frame, ours.frame)
    assert (theirs.fingerprint, theirs.schema, theirs.notes) == (ours.fingerprint, ours.schema, ours.notes)
    with pytest.raises(InputError):
        open_table(b"PAR1" + b"\x00" * 100 + b"PAR1", "t.parquet")


def test_the_environment_of_a_worker_is_clean(monkeypatch: pytest.MonkeyPatch, remote: RemoteModel) -> None:
    raw = Path(f"/proc/{os.getpid()}/environ").read_bytes()
    assert b"PATH=" in raw
    descriptors = Path(f"/proc/{pid(remote)}/fd")
    try:
        links = [os.readlink(item) for item in descriptors.iterdir()]
    except PermissionError:
        pytest.skip("an unprivileged user may not look")
    own_size = f"/proc/{pid(remote)}/statm"  # named only, so that Landlock keeps its right; where there is Landlock
    assert links.count(own_size) == any(layer.name == "Landlock" and layer.active for layer in protections())
    others = sorted(link.split(":")[0] for link in links if link != own_size)
    assert others == ["/dev/null"] * 3 + ["pipe"] * 3


def test_protections_are_told() -> None:
    names = {layer.name for layer in protections()}
    assert {"system calls", "Landlock", "limits", "privileges", "descriptors", "audit hook"} <= names
    found = doctor.examine()
    assert found[0][0] == "uploads"
    assert found[0][1] == protected()
    assert all(isinstance(detail, str) and detail for _, _, detail in found)


def test_without_protection_uploads_need_the_persons_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.workers.protected", lambda: False)
    monkeypatch.delenv(uploads.TRUST, raising=False)
    with pytest.raises(ModelError, match="not opened"):
        uploads.open_upload(LINEAR, "m.pkl")
    assert not check(LINEAR, "m.pkl").loaded
    monkeypatch.setenv(uploads.TRUST, "1")
    model = uploads.open_upload(LINEAR, "m.pkl")
    assert not isinstance(model, RemoteModel)
    with pytest.raises(ModelError):
        uploads.open_upload(b"cos\nsystem\n(X\x01\x00\x00\x00xtR.", "evil.pkl")


def test_check_says_what_a_file_holds(tmp_path: Path) -> None:
    good, scaler, evil = tmp_path / "good.pkl", tmp_path / "scaler.pkl", tmp_path / "evil.pkl"
    from sklearn.preprocessing import StandardScaler

    good.write_bytes(FOREST)
    scaler.write_bytes(pickle.dumps(StandardScaler().fit(FRAME)))
    evil.write_bytes(b"cos\nsystem\n(X\x01\x00\x00\x00xtR.")
    answers = list(check_lines([f"{good}\n", f"{scaler}\n", f"{evil}\n", "\n", f"{tmp_path / 'none'}\n"]))
    assert [answer.split("\t")[0] for answer in answers] == ["loaded", "loaded", "refused", "refused"]
    assert "RandomForestClassifier" in answers[0]
    assert "StandardScaler" in answers[1]
    assert "system" in answers[2]
    assert all("\n" not in answer for answer in answers)


def test_a_worker_that_answers_nonsense_is_not_believed(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.workers.client import Client
    from core.workers.wire import Message

    answers: list[Message] = [
        Message({}, [np.zeros((3, 2))]),
        Message({}, [np.zeros((80, 2), dtype=np.int64)]),
        Message({}, []),
    ]
    for answer in answers:
        monkeypatch.setattr(Client, "ask", lambda *_args, answer=answer: answer)
        with pytest.raises(ModelError, match="something else"):
            remote.predict(FRAME)
    results: list[Any] = [
        None,
        [],
        [{"type": "Check", "fields": {"name": "x", "passed": None, "value": None, "text": ""}}],
    ]
    for found in results:
        monkeypatch.setattr(Client, "ask", lambda *_args, found=found: Message({"results": found}))
        with pytest.raises(ExplorerError):
            remote.explain_rows("ceteris_paribus", from_frame(FRAME, "t"), [0], None, {})


def test_an_answer_far_larger_than_the_question_is_not_asked_for() -> None:
    """A hundred bytes can name ten thousand classes, each with a number for every row."""
    rows = pd.DataFrame({"a": np.arange(1_500.0)})
    model = open_model(pickle.dumps(DecisionTreeClassifier().fit(rows, np.arange(1_500) // 3)), "m.pkl")
    many = rows.iloc[np.arange(10_000) % 1_500].reset_index(drop=True)
    with pytest.raises(InputError, match="500 numbers for each of 10,000 rows"):
        model.predict(many)
    assert model.predict(rows).shape == (1_500, 500)
    model.close()
