from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from xgboost import XGBClassifier

import core
from core import losses, registry
from core.__main__ import BAD_INPUT, REFUSED, main
from tests.contract_cases import mixed_frame


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A model and a table that no sample resembles."""
    folder = tmp_path_factory.mktemp("files")
    frame = mixed_frame()[["amount", "age", "owner", "paid"]].astype({"owner": int})
    model = XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1)
    model.fit(frame.drop(columns="paid"), (frame["paid"] == "yes").astype(int))
    model.save_model(folder / "model.json")
    frame.to_csv(folder / "rows.csv", index=False)
    (folder / "broken.json").write_text('{"learner": 1}')
    (folder / "empty.csv").write_text("")
    return {path.stem if path.suffix == ".csv" else path.name: str(path) for path in folder.iterdir()}


def explain(files: dict[str, str], *more: str) -> int:
    return main(["explain", "--model", files["model.json"], "--data", files["rows"], "--row", "3", *more])


def test_json_is_one_object_of_the_documented_form(
    files: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert explain(files, "--method", "shap", "--json") == 0
    body = json.loads(capsysbinary.readouterr().out)
    wanted = {"kind", "method", "version", "class", "scale", "base", "output", "features", "checks", "provenance"}
    assert wanted <= set(body)
    assert {"name", "value", "attribution"} <= set(body["features"][0])
    assert body["base"] + sum(entry["attribution"] for entry in body["features"]) == pytest.approx(
        body["output"], rel=1e-5
    )
    assert body["scale"] == "log-odds"
    assert body["provenance"]["row"] == 3


def test_nudges_have_their_own_form(files: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert explain(files, "--method", "nudges", "--json") == 0
    body = json.loads(capsysbinary.readouterr().out)
    assert body["nudges"]
    for nudge in body["nudges"]:
        assert {"changes", "output", "distance"} <= set(nudge)
        assert {"name", "from", "to"} == set(nudge["changes"][0])


@pytest.mark.parametrize("method", [entry.id for entry in registry.methods("row")])
def test_every_method_of_a_row_runs_from_here(
    files: dict[str, str], method: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert explain(files, "--method", method) == 0
    assert b"Checks:" in capsysbinary.readouterr().out


def test_pages_and_pictures_go_to_a_file(files: dict[str, str], tmp_path: Path) -> None:
    assert explain(files, "--html", "--out", str(tmp_path / "a.html")) == 0
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert explain(files, "--png", "--out", str(tmp_path / "a.png")) == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_settings_are_given_by_name(files: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert explain(files, "--json", "--param", "kind=exact", "--param", "scale=probability", "--class", "0") == 0
    body = json.loads(capsysbinary.readouterr().out)
    assert body["scale"] == "probability"
    assert body["class"] == "0"
    assert body["provenance"]["params"]["kind"] == "exact"


def test_samples_are_known_by_their_ids(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["explain", "--model", "breast-cancer", "--data", "breast-cancer", "--row", "1", "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["kind"] == "attribution"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--row", "999999"], "There is no row 999999"),
        (["--row", "-1"], "There is no row -1"),
        (["--method", "shapp"], "Did you mean shap"),
        (["--class", "maybe"], "no class named 'maybe'"),
        (["--param", "seed"], "NAME=VALUE"),
        (["--param", "sede=1"], "seed"),
        (["--param", "seed=x"], "whole number"),
        (["--target", "nothing"], "nothing"),
        (["--out", "/no/such/folder/x"], "cannot be written"),
    ],
)
def test_bad_input_is_told_on_stderr(
    files: dict[str, str], more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(files, *more) == BAD_INPUT
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_bad_table_is_bad_input_and_a_bad_model_is_refused(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--model", files["model.json"], "--data", files["empty"]]) == BAD_INPUT
    assert main(["explain", "--model", files["broken.json"], "--data", files["rows"]]) == REFUSED
    assert main(["explain", "--model", "missing.json", "--data", files["rows"]]) == BAD_INPUT
    assert main(["check", "missing.json"]) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


def test_a_table_that_does_not_fit_the_model_names_the_columns(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.read_csv(files["rows"]).drop(columns="age").to_csv(tmp_path / "short.csv", index=False)
    assert main(["explain", "--model", files["model.json"], "--data", str(tmp_path / "short.csv")]) == BAD_INPUT
    assert "age" in capsys.readouterr().err


def test_methods_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [entry.id for entry in registry.methods()]
    assert main(["methods"]) == 0
    assert "What pushed this prediction up or down?" in capsys.readouterr().out


def test_methods_lists_what_fits_a_model(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    assert "One of auto; numbers: rmse, " in capsys.readouterr().out
    assert main(["methods", "--model", files["model.json"]]) == 0
    told = capsys.readouterr().out
    task = core.model(files["model.json"]).task
    assert f"One of auto, {losses.listed(task)}." in told
    assert ("fairness_regression" in told) == (task == "regression")


def test_check_says_what_a_file_holds(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["check", files["model.json"]]) == 0
    assert "XGB" in capsys.readouterr().out
    assert main(["check", files["broken.json"]]) == REFUSED
    assert capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{files['model.json']}\n{files['broken.json']}\n"))
    assert main(["check", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["loaded", "refused"]
    assert all(line.split("\t")[1] for line in lines)


def test_doctor_names_the_layers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "active" in capsys.readouterr().out


def test_a_column_weighs_the_rows(files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv(files["rows"]).assign(exposure=lambda rows: 1 + rows.index % 5)
    frame["paid"] = (frame["paid"] == "yes").astype(int)
    frame.to_csv(tmp_path / "weighed.csv", index=False)
    asked = ["explain", "--model", files["model.json"], "--data", str(tmp_path / "weighed.csv"), "--target", "paid"]
    found = []
    for more in ([], ["--weights", "exposure"]):
        assert main([*asked, "--method", "performance", "--json", *more]) == 0
        found.append(json.loads(capsys.readouterr().out))
    theirs = XGBClassifier()
    theirs.load_model(files["model.json"])
    said = theirs.predict(frame[["amount", "age", "owner"]])
    right = (said == frame["paid"]).to_numpy()
    accuracy = [body["scores"]["accuracy"] for body in found]
    assert accuracy == pytest.approx([right.mean(), np.average(right, weights=frame["exposure"])])
    assert any("weighted by 'exposure'" in check["text"] for check in found[1]["checks"])
    assert main([*asked, "--weights", "exposition"]) == BAD_INPUT
    assert "exposure" in capsys.readouterr().err, "the nearest name"
    report = ["report", *asked[1:], "--instances", "1", "--out", str(tmp_path / "report.html")]
    assert main([*report, "--weights", "amount"]) == BAD_INPUT
    assert "'amount' cannot weigh the rows" in capsys.readouterr().err


def test_a_search_is_asked_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", "--model", "diabetes", "--data", "diabetes", "--method", "grid", "--folds", "2"]
    arguments += ["--space", "max_depth=2|3", "--holdout", "0", "--seed", "4", "--json"]
    assert main(arguments) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["kind"], body["way"], body["provenance"]["seed"]) == ("trials", "grid", 4)
    assert [trial["params"] for trial in body["trials"]] == [{"max_depth": 2}, {"max_depth": 3}]
    assert main([*arguments[:-1]]) == 0
    assert "max_depth" in capsys.readouterr().out
    assert main(["tune", "--model", "wine", "--data", "wine"]) == 2
    assert "LGBMClassifier" in capsys.readouterr().err
    assert main(["tune", "--model", "diabetes", "--data", "diabetes", "--space", "depth=1..3"]) == 2
    assert "max_depth" in capsys.readouterr().err


def test_the_help_tells_what_is_explained_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "the whole model or the table" in said
    assert f"{BAD_INPUT} bad input, {REFUSED} a refused model file" in said


def test_names_from_outside_do_not_steer_the_screen(
    files: dict[str, str], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["check", str(tmp_path / "a\x1b]0;title\x07.pkl")]) == BAD_INPUT
    table = pd.read_csv(files["rows"])
    table["name"] = [f"\x1b[2J{row}\u202e" for row in range(len(table))]
    table["owner"] = ["\x1b[31mred"] * len(table)
    table.to_csv(tmp_path / "rows.csv", index=False)
    asked = ["explain", "--data", str(tmp_path / "rows.csv"), "--method", "distribution"]
    main([*asked, "--model", files["model.json"], "--param", "feature=name"])
    main([*asked, "--model", f"{tmp_path}/\x9b31m.json"])
    said = b"".join(capfdbinary.readouterr()).decode()
    assert "title" in said
    assert [char for char in said if not char.isprintable() and char != "\n"] == []


def test_who_breaks_off_sees_no_trace(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.loading.check.check", stopped)
    assert main(["check", files["model.json"]]) == 130
    assert capsys.readouterr() == ("", "")
