"""A visitor's own pickled pipeline and table, through every page; bad files are told in place."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from core import failing, fingerprint
from core.cache import MINE, Upload
from core.views.words import number
from core.workers import protected
from tests.pages import made
from tests.pages.app import box, errors, now, open_page, words

FRAME = made.harvest()
needs_lock = pytest.mark.skipif(not protected(), reason="model files are only opened where a worker can be locked")


def shelf(name: str, data: bytes, **options: object) -> dict[str, Upload]:
    """One upload under the id that the app gives it: a digest."""
    return {MINE + fingerprint.of_bytes(name.encode(), data)[:16]: Upload(name, data, options)}


def mine(target: str) -> tuple[dict[str, object], dict[str, str]]:
    """A session that holds both files, and the link to them."""
    other = "tonnes" if target == "yield" else "yield"
    table = shelf("fields.csv", made.as_csv(FRAME.drop(columns=other)), target=target, label="field")
    model = shelf("fields.pkl", made.as_pickle(made.pipeline(FRAME, target)))
    return {"uploads.model": model, "uploads.table": table}, {"model": next(iter(model)), "data": next(iter(table))}


@needs_lock
@pytest.mark.parametrize("target", ["yield", "tonnes"])
@pytest.mark.parametrize("page", ["explain", "what_if", "compare", "load", "about"])
def test_every_page_works_with_uploads(page: str, target: str) -> None:
    state, link = mine(target)
    app = open_page(page, state, **link, row=11)
    assert errors(app) == []


@needs_lock
@pytest.mark.parametrize("method", ["shap", "lime", "break_down", "nudges", "ceteris_paribus"])
@pytest.mark.parametrize("target", ["yield", "tonnes"])
def test_every_question_is_answered_for_uploads(method: str, target: str) -> None:
    state, link = mine(target)
    app = open_page("explain", state, **link, row=11, method=method)
    assert errors(app) == []
    said = made.pipeline(FRAME, target).predict(FRAME[made.NUMBERS + made.LEVELS].iloc[[11]])[0]
    text = words(app)
    assert "F011" in text or "fields" in text
    shown = str(said) if target == "yield" else number(float(said))
    assert shown in text


@needs_lock
def test_what_was_understood_is_told() -> None:
    app = open_page("load", mine("yield")[0])
    text = words(app)
    assert errors(app) == []
    for part in ("What was understood", "240 rows", "one of two classes", "predict_proba", "poor and rich", "yield"):
        assert part in text, part
    assert "Residuals" in text


@needs_lock
def test_a_model_that_does_not_fit_names_the_columns() -> None:
    state, _link = mine("yield")
    state["uploads.table"] = shelf("fields.csv", made.as_csv(FRAME.drop(columns=["soil|type"])))
    app = open_page("load", state)
    assert len(errors(app)) == 1
    assert "soil|type" in words(app)


@needs_lock
def test_a_hostile_pickle_is_refused_in_words_and_the_page_lives_on() -> None:
    attack = b"cos\nsystem\n(S'touch /tmp/never'\ntR."
    state = {"uploads.model": shelf("m.pkl", attack)}
    app = open_page("explain", state, model=next(iter(state["uploads.model"])), data="loans", row=1)
    assert len(errors(app)) == 1
    assert "os.system" in words(app).replace(" ", "") or "refused" in words(app)
    app.button(key="first_sample").click().run()
    assert errors(app) == []


@pytest.mark.parametrize(
    ("data", "part"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n0000", "picture"), (b"{}", "JSON"), (b"a;b\n1;2\n3;4\n", "")],
)
def test_a_bad_table_is_told_and_a_good_one_is_not(data: bytes, part: str) -> None:
    app = open_page("load", {"uploads.table": shelf("odd.csv", data)})
    assert len(errors(app)) == (1 if part else 0)
    assert part in words(app)


@needs_lock
def test_a_fitting_pair_is_what_every_page_speaks_of_from_then_on() -> None:
    state, link = mine("yield")
    app = open_page("load", state)
    assert errors(app) == []
    for page in ("explain", "studio", "what_if"):
        app.switch_page(f"pages/{page}.py").run()
        assert errors(app) == []
        assert (app.query_params["model"], app.query_params["data"]) == (link["model"], link["data"])
    app.query_params.clear()
    app.switch_page("pages/load.py").run()
    app.button(key="open_wine").click().run()
    app.switch_page("pages/load.py").run()
    app.switch_page("pages/explain.py").run()
    assert app.query_params["model"] == "wine", "who opened an example is not taken back to the upload"


@needs_lock
def test_a_pair_that_fails_on_some_rows_leads_to_what_is_answered_all_the_same() -> None:
    frame = pd.DataFrame({"a": np.arange(40.0), "y": np.arange(40.0)})
    model = shelf("forest.pkl", made.as_pickle(RandomForestRegressor(2, random_state=0).fit(frame[["a"]], frame["y"])))
    frame.loc[30, "a"] = 1e39  # beyond the single precision of a forest, and of no row that is tried first
    table = shelf("rows.csv", made.as_csv(frame), target="y")
    app = open_page("load", {"uploads.model": model, "uploads.table": table})
    assert errors(app) == []
    assert "too large" in words(app)
    assert "answered on two pages" in words(app)
    assert app.session_state["question"].model == next(iter(model))
    assert "cannot predict row 30 of 40 rows" in words(app)
    app.switch_page("pages/explain.py").run()
    assert "row 30" in errors(app)[0]
    app.switch_page("pages/load.py").run()
    app.button(key="leave_out").click().run()
    assert errors(app) == []
    (left,) = app.session_state["uploads.table"].values()
    assert left.options == {"target": "y", "without": [30]}
    assert "Row 30 is left out, as you wished" in words(app)
    assert "39 rows" in words(app), "the pair fits now"


@needs_lock
def test_rows_found_before_time_is_up_are_left_out_and_the_others_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the words promise is there also where a busy machine ended the search."""
    frame = pd.DataFrame({"a": np.arange(40.0), "y": np.arange(40.0)})
    model = shelf("forest.pkl", made.as_pickle(RandomForestRegressor(2, random_state=0).fit(frame[["a"]], frame["y"])))
    frame.loc[[30, 35], "a"] = 1e39
    table = shelf("rows.csv", made.as_csv(frame), target="y")
    once = iter([failing.Failing((30,), False, "too large")])
    monkeypatch.setattr(failing, "rows", lambda *asked, searched=failing.rows: next(once, None) or searched(*asked))
    app = open_page("load", {"uploads.model": model, "uploads.table": table})
    assert "row 30 and others of 40 rows" in words(app)
    assert app.button(key="leave_out").label == "Leave this row out and look for others"
    app.button(key="leave_out").click().run()
    assert "cannot predict row 34 of 39 rows" in words(app)
    app.button(key="leave_out").click().run()
    assert errors(app) == []
    assert "38 rows" in words(app)


@needs_lock
def test_only_models_that_take_the_table_are_offered_for_comparison() -> None:
    state, link = mine("yield")
    app = open_page("compare", state, model="loans")
    assert errors(app) == []
    assert link["model"] not in app.selectbox(key=now(app, "versus")).options
    state["uploads.model"] |= shelf("second.pkl", made.as_pickle(made.pipeline(FRAME.iloc[:200], "yield")))
    app = open_page("compare", state, **link)
    assert errors(app) == []
    assert app.selectbox(key=now(app, "versus")).options == ["second.pkl (yours)"]


@needs_lock
def test_a_dalex_explainer_brings_its_table() -> None:
    kept = json.loads((Path(__file__).parents[1] / "models" / "dalex-1.8.json").read_text(encoding="utf-8"))["ex"]
    app = open_page("load")
    app.file_uploader(key="upload_model").set_value(("explainer.pkl", base64.b64decode(kept["file"]), "")).run()
    assert errors(app) == []
    text = words(app)
    for part in ("The model and the table fit together", "80 rows", kept["label"], "one of two classes", "Residuals"):
        assert part in text, part
    app.button(key="explain_own").click().run()
    assert errors(app) == []
    assert "explainer.pkl" in words(app)


@needs_lock
def test_a_column_is_chosen_to_weigh_the_rows_and_scores_say_so() -> None:
    state, _ = mine("yield")
    table = made.as_csv(FRAME.drop(columns="tonnes").assign(hectares=1 + FRAME.index % 7))
    state["uploads.table"] = shelf("fields.csv", table, target="yield", label="field")
    app = open_page("load", state)
    assert "Weight of rows" not in words(app)
    next(box for box in app.selectbox if box.label == "Weight of the rows").select("hectares")
    next(button for button in app.button if button.label == "Read the table again like this").click().run()
    assert errors(app) == []
    assert ":gray[Weight of rows]\nhectares" in words(app)
    assert "hectares" not in next(line for line in words(app).splitlines() if line.startswith("4: ")), (
        "it is no feature"
    )
    shelves = {name: app.session_state[name] for name in ("uploads.model", "uploads.table")}
    link = {"model": next(iter(shelves["uploads.model"])), "data": next(iter(shelves["uploads.table"]))}
    assert "Rows are weighted by the column hectares" in words(open_page("data", shelves, **link))
    told = open_page("model", shelves, **link)
    assert errors(told) == []
    assert "Rows are weighted by 'hectares'" in words(told)


@needs_lock
def test_a_column_that_cannot_weigh_is_told_and_the_table_stays() -> None:
    state, _ = mine("yield")
    app = open_page("load", state)
    next(box for box in app.selectbox if box.label == "Weight of the rows").select("soil|type")
    next(button for button in app.button if button.label == "Read the table again like this").click().run()
    assert any("cannot weigh the rows" in said for said in errors(app))
    app.run()
    assert errors(app) == []
    assert "The model and the table fit together" in words(app)


@needs_lock
def test_letters_that_came_out_wrong_are_read_again() -> None:
    towns = "miasto,wiek\nŁódź,30\nKraków,41\nWrocław,22\n".encode("cp1250")
    app = open_page("load", {"uploads.table": shelf("miasta.csv", towns)})
    assert "£ódŸ" in str(app.dataframe[-1].value["seen"].tolist())
    next(box for box in app.selectbox if box.label == "Letters (encoding)").select("cp1250")
    next(button for button in app.button if button.label == "Read the table again like this").click().run()
    assert errors(app) == []
    assert "Łódź" in str(app.dataframe[-1].value["seen"].tolist())
    assert "Encoding cp1250" in words(app)
    app = open_page("load", {"uploads.table": shelf("miasta.csv", towns)})
    next(box for box in app.selectbox if box.label == "Letters (encoding)").select("utf-8")
    next(button for button in app.button if button.label == "Read the table again like this").click().run()
    assert any("cannot be read" in said for said in errors(app))


@needs_lock
def test_a_second_model_appears_in_every_selector_and_nothing_that_was_chosen_is_lost() -> None:
    """dalex's Arena: models are added while it runs."""
    state, link = mine("yield")
    second = shelf("second.pkl", made.as_pickle(made.pipeline(FRAME.iloc[:200], "yield")))
    new = next(iter(second))
    chosen = {"row": 5, "feature": str(FRAME.columns[1]), "grid": "1x2", "panels": "shap,note", "s.note.1": "mine"}
    app = open_page("studio", state, **link, **chosen)
    app.session_state["uploads.model"] = {**state["uploads.model"], **second}
    app.run()
    assert errors(app) == []
    box(app, "segmented_control", "studio_arrange").set_value("models").run()
    assert errors(app) == []
    assert box(app, "selectbox", "studio_slot_model.b").options == ["second.pkl (yours)"]
    box(app, "segmented_control", "studio_arrange").set_value("").run()
    assert "second.pkl (yours)" in box(app, "selectbox", "chosen_model").options
    before = dict(app.query_params)
    assert {"row", "feature", "data"} <= set(before)
    box(app, "selectbox", "chosen_model").set_value(new).run()
    assert errors(app) == []
    after = {name: app.query_params[name] for name in app.query_params}
    assert after["model"] in (new, [new])
    for name in ("row", "feature", "data", "grid", "panels"):
        assert after.get(name) == before.get(name), name
    app.switch_page("pages/compare.py").run()
    assert errors(app) == []
    assert len(box(app, "selectbox", "versus").options) == 1


def test_two_files_of_one_name_are_told_apart() -> None:
    tables = shelf("towns.csv", b"a,b\n1,2\n3,4\n") | {f"{MINE}{'0' * 16}": Upload("towns.csv", b"a,c\n1,2\n3,4\n", {})}
    app = open_page("load", {"uploads.table": tables})
    offered = next(box for box in app.selectbox if box.label == "Table").options
    assert [name for name in offered if "towns" in name] == ["towns.csv (yours)", "towns.csv (yours, 2)"]
