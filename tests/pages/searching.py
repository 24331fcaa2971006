"""Pages whose answer is searched for beside them: wait for the end, read the answer and the address."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from core.results import Nudges
from tests.pages.app import words


def finished(app: AppTest) -> AppTest:
    """The page when its search is over (the test runner has no clock that draws it anew)."""
    for _ in range(300):
        if "So far" not in words(app) and not [item for item in app.button if item.key == "first.stop"]:
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("the search never ends")


def asked(app: AppTest) -> dict[str, str]:
    """The pairs of the page's address."""
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


def answer(app: AppTest) -> Nudges:
    """The nudges that the first panel shows, once its search is over."""
    search = finished(app).session_state["searches"]["first"][1]
    assert search.error is None
    assert isinstance(search.latest, Nudges)
    return search.latest
