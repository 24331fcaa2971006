"""The report as a file: linked panels that work without this app; made when it is asked for, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import fingerprint, panels
from core.export.report import report
from core.export.report.panels import of
from core.export.report.studio import MOST_INSTANCES
from core.registry import Progress
from core.types import Model, Table
from pages.parts import downloads, frame, headline, keeping, layout, looking, question, rivals, slots, subject, tuned
from pages.parts.subject import Subject

WORDS = (
    "One HTML file with these panels for this instance and ten others, from the lowest to the highest prediction. It "
    "works without this app and without a network; where the model is made of trees, linear or a small network, the "
    "file goes on predicting."
)


@st.fragment(key="report_file")
def draw() -> None:
    """On the Explain page: the button, and whether rows of the table go along; then the answers as a session file."""
    with frame.boundary("The report"):
        about = subject.load(question.current())
        st.markdown("##### Take it with you")
        st.caption(WORDS)
        bare = st.toggle("Without the table's other rows", key="report_bare")

        def make(progress: Progress) -> str:
            return report(
                about.model, about.table, also=[about.row], output=about.output, with_data=not bare, progress=progress
            )

        _button("explain", [about.both.digest, about.row, about.output, bare], make)
        keeping.explain(about)
        st.caption("The strip on top of the page: where this prediction lies among all.")
        downloads.draw(headline.spread(about), f"prediction-row-{about.row}", "place")


def studio(about: Subject) -> None:
    """On the Studio: its panels, its looks, its instances and its models."""
    st.markdown("**Report**: one HTML file with these panels that works without this app")
    data = layout.with_data(about.asked)
    st.caption(
        "It holds what its panels show of the table's rows; Settings can leave them out."
        if data
        else "It holds no rows of the table but the instances: Settings leave the others out."
    )
    spots = [spot for spot in layout.spots(about.asked) if spot.panel and spot.panel != layout.NOTE]
    wanted = {spot.panel: panels.get(spot.panel) for spot in spots}
    rows = list(dict.fromkeys([*(slots.row(about, spot.instance) for spot in spots), *slots.listed(about)]))
    licence = st.text_input("Licence, as a comment in the file", key="report_licence", max_chars=2000)
    options: dict[str, Any] = {
        "rivals": _rivals(about, spots),
        "rows": rows[:MOST_INSTANCES],
        "output": about.output,
        "panels": [of(one, tuned.chosen(about.asked, one)) for one in wanted.values()],
        "with_data": data,
        "licence": licence,
        "looks": looking.current(about.asked),
    }
    identity = [about.both.digest, rows, about.output, list(wanted), sorted(about.asked.studio.items()), licence]
    _button("studio", identity, lambda progress: report(about.model, about.table, progress=progress, **options))


def _rivals(about: Subject, spots: list[layout.Spot]) -> list[tuple[Model, Table]]:
    """The further models that some panel is bound to."""
    used = sorted({spot.model for spot in spots} - {layout.MODELS[0]})
    found = [rivals.under(about, slots.model(about, name)) for name in used]
    return [(other.model, other.table) for other in found]


def _button(key: str, identity: list[object], make: Callable[[Progress], str]) -> None:
    """Make the file with progress, then offer it; another question needs another file."""
    digest, shelf = fingerprint.of_params(identity), f"report_file_{key}"
    if st.button("Make report", icon=":material/dashboard:", key=f"report_make_{key}"):
        bar = st.progress(0.0, text="Beginning …")
        text = make(lambda fraction, step: bar.progress(min(max(fraction, 0.0), 1.0), text=f"{step} …"))
        bar.empty()
        st.session_state[shelf] = (digest, text)
    held = st.session_state.get(shelf)
    if held is None or held[0] != digest:
        return
    st.download_button(
        f"Download report ({len(held[1]) / 1e6:.1f} MB)",
        data=held[1],
        file_name="report.html",
        mime="text/html",
        icon=":material/download:",
        key=f"report_download_{key}",
        on_click="ignore",
        type="primary",
    )
