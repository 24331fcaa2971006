"""Links: on a fresh server, between pages, after a reload and with Back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.serving import served

pytestmark = pytest.mark.browser


def test_the_first_request_of_a_fresh_server_is_a_deep_link(visit) -> None:
    with served() as (_process, port):
        link = "/compare?model=breast-cancer&data=breast-cancer&row=5&rows=5,9,40"
        visitor = visit(link, at=f"http://127.0.0.1:{port}")
        expect(visitor.page.get_by_role("combobox", name="Model").first).to_have_value("Breast cancer · XGBoost")
        visitor.sees("Would another model say the same?")
        chips = visitor.page.get_by_role("button", name="Remove row")
        expect(chips).to_have_count(3)
        visitor.page.goto("about:blank")  # before its server ends, which it would complain of


def test_a_link_holds_model_row_class_method_and_settings(visit) -> None:
    visitor = visit("/?model=wine&data=wine&row=7&class=cultivar+3&method=lime&p.num_features=4&level=expert")
    assert visitor.row() == 7
    expect(visitor.page.get_by_role("combobox", name="The chance of")).to_have_value("cultivar 3")
    expect(visitor.page.get_by_role("spinbutton", name="Features named for each row")).to_have_value("4")
    visitor.page.reload()
    visitor.settle()
    assert visitor.row() == 7
    expect(visitor.page.get_by_role("spinbutton", name="Features named for each row")).to_have_value("4")


def test_the_pages_own_name_leads_to_it(visit) -> None:
    visitor = visit("/explain?row=12")
    assert visitor.row() == 12


def test_next_is_in_the_address_and_survives_a_change_of_page(visit) -> None:
    visitor = visit("/?row=20")
    visitor.force().get_by_role("button", name="Next instance").click()
    expect(visitor.page.locator(".ie-force").first).to_have_attribute("data-row", "21")
    visitor.page.wait_for_url("**row=21**")
    visitor.settle()
    visitor.go("What if")
    visitor.sees("L-1022")
    visitor.go("Explain")
    assert visitor.row() == 21


def test_back_returns_to_the_page_before(visit) -> None:
    visitor = visit("/?row=4")
    visitor.go("About")
    visitor.sees("About Instance Explorer")
    visitor.page.go_back()
    visitor.settle()
    assert visitor.row() == 4


def test_a_wrong_row_is_told_and_the_page_works_on(visit) -> None:
    visitor = visit("/?row=999999")
    visitor.sees("There is no row 999999")
    visitor.page.get_by_role("button", name="Open the first instance").click()
    visitor.settle()
    assert visitor.row() == 0
