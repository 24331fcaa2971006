"""The app in Streamlit's own test runner, and what a person reads on it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def open_page(page: str = "explain", state: dict[str, object] | None = None, **link: object) -> AppTest:
    """Open a page with the pairs of a link (``klass`` for class, ``p_name`` for p.name), and some session state."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=180)
    for name, value in (state or {}).items():
        app.session_state[name] = value
    if page != "explain":
        app.switch_page(f"pages/{page}.py")
    for name, value in link.items():
        app.query_params[re.sub("^p_", "p.", name.replace("klass", "class"))] = str(value)
    return app.run()


def now(app: AppTest, name: str) -> str:
    """The key of a widget that the page sets by itself, as it is drawn now (``pages/parts/fresh.py``)."""
    return f"{name}.{app.session_state['fresh'][name][0]}"


def box(app: AppTest, kind: str, name: str) -> Any:
    """A widget of a kind that the page sets by itself."""
    return getattr(app, kind)(key=now(app, name))


def errors(app: AppTest) -> list[str]:
    """Everything on the page that says that something went wrong."""
    return [str(item.value) for item in (*app.exception, *app.error)]


def words(app: AppTest) -> str:
    """All words on the page, the escapes of Markdown removed."""
    parts = (*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success)
    said = [entry["sentence"] for panel in panels(app) for entry in panel["entries"].values()]
    return "\n".join([*(str(item.value) for item in parts), *said]).replace("\\", "")


def panels(app: AppTest) -> list[dict[str, Any]]:
    """What the panels that are drawn in the browser were sent."""
    sent = [json.loads(item.proto.json or "{}") for item in app.get("bidi_component")]
    return [data for data in sent if isinstance(data, dict) and "entries" in data]


def changing(app: AppTest, name: str) -> Any:
    """A widget whose key changes with what the page shows."""
    return next(item for item in (*app.selectbox, *app.number_input) if str(item.key).startswith(f"{name}."))
