"""What every page has: the way in, the list of pages, and a boundary that turns errors into words."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.errors import ExplorerError, ModelError, NotApplicable
from pages.parts import question, run, turns
from pages.parts.text import safe_long

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ICON = Path(__file__).resolve().parent / "icon.svg"
EVERYTHING = ("force", "headline", "profile", "closer", "choices", "rows", "neighbours")
"""The parts of the Explain page that change with the instance, in the order in which they are drawn anew."""
_ROUTED, _PARTS = "routed", "parts"
_FOLDER = ICON.parent.parent
_PAGES = (
    ("explain", "Explain", ":material/lightbulb:"),
    ("what_if", "What if", ":material/tune:"),
    ("compare", "Compare", ":material/compare_arrows:"),
    ("model", "Model", ":material/model_training:"),
    ("tune", "Tune", ":material/trending_up:"),
    ("data", "Data", ":material/table_chart:"),
    ("studio", "Studio", ":material/dashboard:"),
    ("load", "Load", ":material/upload_file:"),
    ("about", "About", ":material/info:"),
)
_LOG = logging.getLogger("instance_explorer")


def pages(icons: bool = True) -> list[StreamlitPage]:
    """All pages in order; the first opens at the root, and its own name leads there too."""
    listed = [
        st.Page(
            _FOLDER / f"{name}.py",
            title=title,
            icon=icon if icons else None,
            default=place == 0,
            url_path=None if place else "start",
        )
        for place, (name, title, icon) in enumerate(_PAGES)
    ]

    def to_first() -> None:
        st.switch_page(listed[0], query_params=st.query_params.to_dict())

    return [*listed, st.Page(to_first, title=_PAGES[0][1], url_path=_PAGES[0][0], visibility="hidden")]


def page(name: str) -> str:
    """The path of a page, for links between pages."""
    return str(_FOLDER / f"{name}.py")


def configure() -> None:
    """Title, icon and layout of every page; the icon is a file of ours, so that nothing is fetched from elsewhere."""
    st.set_page_config(page_title="Instance Explorer", page_icon=str(ICON), layout="wide", initial_sidebar_state=340)


def route() -> StreamlitPage:
    """The page that the address asks for (called by the entry point)."""
    st.session_state[_ROUTED] = True
    return st.navigation(pages(), position=_bar())


def _bar() -> Literal["top", "hidden"]:
    """Where the list of pages stands; inside somebody else's page (``?embed=true``) there is none."""
    return "hidden" if st.context.is_embedded else "top"


def enter() -> None:
    """First call of every page; until the last (``holds``) it has no parts that could be drawn anew one by one.

    On a fresh server a link to a page runs that file alone, before the entry point has listed the pages (Streamlit
    takes a ``pages`` folder for its older way of navigation); then list them and start again, the link kept.
    """
    st.session_state[_PARTS] = ()
    if not st.session_state.get(_ROUTED):
        st.navigation(pages(icons=False), position=_bar())  # here an icon would be fetched from elsewhere
        st.rerun()


def holds(*parts: str) -> None:
    """Last call of a page that is made of keyed fragments: names them."""
    st.session_state[_PARTS] = parts


def held(parts: Iterable[str]) -> list[str]:
    """Those of some keyed fragments that the page is made of."""
    here = st.session_state.get(_PARTS, ())
    return [part for part in parts if part in here]


def redraw(*parts: str) -> None:
    """Draw some parts of the page anew (called in a widget's callback), with those that others asked for meanwhile.

    The whole page where it has not all of them (it was left, or is being drawn, while the choice was on its way), and
    where all of it was asked for, too.
    """
    here = st.session_state.get(_PARTS, ())
    if "force" in parts:
        turns.come()
    if parts and set(parts) <= set(here) and not run.whole_wanted():
        with suppress(StreamlitAPIException):
            st.rerun(list(dict.fromkeys([*parts, *run.wanted_too(here)])))
    question.whole_page()


@contextmanager
def boundary(part: str) -> Iterator[None]:
    """Keep an error inside its panel, in words; nobody sees a traceback."""
    try:
        yield
    except NotApplicable as error:
        tell(error, st.info)
    except ExplorerError as error:
        tell(error, st.error)
    except Exception:
        _LOG.exception("%s failed", part)
        st.error(
            f"**{part} could not be shown.**  \nSomething unexpected happened; the rest of the page still works. "
            "Try other settings or another instance. The server's log has the details.",
            icon=":material/error:",
        )


def tell(error: ExplorerError, box: object = None) -> None:
    """Show an error: what happened, why, and what to do next."""
    show = st.error if box is None else box
    icon = ":material/gpp_maybe:" if isinstance(error, ModelError) else ":material/info:"
    lines = [f"**{safe_long(error.what)}**", safe_long(error.why), safe_long(error.hint)]
    show("  \n".join(line for line in lines if line.strip("*")), icon=icon)  # type: ignore[operator]  # one of st's boxes
