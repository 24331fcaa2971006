"""The whole way of somebody with a model of their own; and two visitors at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.workers import protected
from tests.browser.visitor import Visitor
from tests.pages import made

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not protected(), reason="model files are only opened where a worker can be locked"),
]


def files(folder: Path, target: str, name: str) -> tuple[Path, Path]:
    """A CSV and a pickled pipeline."""
    frame = made.harvest(seed=len(name))
    table, model = folder / f"{name}.csv", folder / f"{name}.pkl"
    table.write_bytes(made.as_csv(frame.drop(columns="tonnes" if target == "yield" else "yield")))
    model.write_bytes(made.as_pickle(made.pipeline(frame, target)))
    return table, model


def bring(visitor: Visitor, table: Path, model: Path) -> None:
    """Upload both and read what was understood."""
    visitor.upload("table", table)
    visitor.sees(table.name)
    visitor.upload("model", model)
    visitor.sees("What was understood")


def test_upload_explanation_what_if_nudge_download(visit, tmp_path: Path) -> None:
    visitor = visit("/load")
    bring(visitor, *files(tmp_path, "yield", "harvest"))
    visitor.sees("one of two classes")
    visitor.page.get_by_role("button", name="Explain an instance").click()
    visitor.settle()
    assert visitor.row() == 0

    plot = visitor.force()
    plot.get_by_role("button", name="Next instance").click()
    expect(plot).to_have_attribute("data-row", "1")
    visitor.page.wait_for_url("**row=1**")
    visitor.settle()
    plot.locator(".ie-line:not([disabled])").nth(1).click()
    visitor.settle()
    picked = plot.locator(".ie-line.ie-picked .ie-called").text_content()
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(picked)

    visitor.page.get_by_role("radio", name="What is the smallest change").click()
    visitor.settle()
    visitor.page.locator(".st-key-first-menu button").click()
    visitor.settle()
    taken = json.loads(Path(visitor.download("Everything (JSON)").path()).read_text(encoding="utf-8"))
    assert taken["kind"] == "nudges"
    assert taken["nudges"], "a nudge is found for this instance"
    picture = Path(visitor.download("Picture (PNG)").path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    visitor.page.keyboard.press("Escape")

    visitor.page.get_by_role("link", name="Try change 1 in What if").click()
    visitor.settle()
    visitor.sees("Tried here")
    panel = visitor.page.locator(".ie-what")
    wanted = taken["nudges"][0]["output"]
    shown = panel.locator(".iw-number, .iw-big, [class*=iw-]").filter(has_text="%").first
    expect(shown).to_be_visible()
    assert f"{wanted * 100:.0f}" in panel.inner_text() or f"{wanted * 100:.1f}" in panel.inner_text()


def test_two_visitors_at_once_each_see_their_own(visit, tmp_path: Path) -> None:
    one, two = visit("/load"), visit("/load")
    bring(one, *files(tmp_path, "yield", "anna"))
    bring(two, *files(tmp_path, "tonnes", "bertil"))
    one.sees("anna.pkl")
    two.sees("bertil.pkl")
    assert "bertil" not in one.page.content()
    assert "anna" not in two.page.content()
    one.page.get_by_role("button", name="Explain an instance").click()
    two.page.get_by_role("button", name="Explain an instance").click()
    one.settle()
    two.settle()
    assert one.row() == two.row() == 0
    expect(one.page.locator(".st-key-headline")).to_contain_text("%")
    expect(two.page.locator(".st-key-headline")).to_contain_text("tonnes =")
    theirs = one.page.url.removeprefix(one.server)
    two.open(theirs)
    two.sees("uploaded in another visit")


def test_a_bad_file_is_told_and_the_good_one_stays(visit, tmp_path: Path) -> None:
    visitor = visit("/load")
    table, _model = files(tmp_path, "yield", "good")
    visitor.upload("table", table)
    visitor.sees("good.csv")
    bad = tmp_path / "attack.pkl"
    bad.write_bytes(b"cos\nsystem\n(S'echo'\ntR.")
    visitor.upload("model", bad)
    expect(visitor.page.get_by_role("alert").first).to_be_visible()
    assert "Traceback" not in visitor.page.content()
    visitor.sees("good.csv")
