"""What if one feature were different: its ceteris paribus profile, beside the plot in which it is picked."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core import cache, registry
from core.results import Result
from core.views import View, words
from core.views.looks import Looks
from pages.parts import chart, drawing, force, frame, fresh, panel, question, stop, subject, turns
from pages.parts.drawing import Shown
from pages.parts.pace import Pace, seconds_of
from pages.parts.subject import Subject

METHOD = "ceteris_paribus"
HEIGHT = 260
AHEAD = 3.0
"""Seconds of work that the profiles of all other features may cost, else each is computed when it is picked."""
SLOW = 1.0
"""Seconds from which on one profile is no accident of a busy machine: no other is made to see."""
BITES = (0.0, 0.1)
"""Seconds of that before the first painting, and at a time: another choice made meanwhile waits for no more."""
REST = 2_000
"""Milliseconds on an instance after which the browser asks for them."""


@st.fragment(key="profile")
@turns.after
def draw() -> None:
    """The profile of the feature that was picked, or of the one that matters most."""
    with frame.boundary("The profile"):
        about = subject.load(question.current())
        method = registry.get(METHOD)
        with st.container(border=True, key="panel_profile"):
            st.subheader("What if this were different?", anchor=False)
            feature = chosen(about)
            _choose(about, feature)
            if stop.halted(METHOD, method.title, lambda: frame.redraw("profile"), "profile"):
                return
            result = _answer(about, feature)
            _picture(about, feature, result)
            panel.checks(result.checks)
            panel.foot(method, result, _drawn(about, feature), "profile", about.asked.level == "expert")


def _answer(about: Subject, feature: str) -> Result:
    """The profile of one feature."""
    return panel.answer(about, registry.get(METHOD), {"feature": feature})


def _drawn(about: Subject, feature: str) -> View:
    """Its drawing, made once."""
    key = [about.row, about.output, feature, chart.dark()]
    found: View = cache.keep(about.both, METHOD, key, lambda: panel.picture(_answer(about, feature), about), "drawing")
    return found


def _picture(about: Subject, feature: str, result: Result) -> None:
    """The drawing, and in the browser those of the other features: a click on a bar asks nobody."""
    names, method = about.table.schema.names, registry.get(METHOD)
    shown = Shown(
        method.title,
        method.question,
        names,
        feature,
        Looks(height=HEIGHT),
        row=about.row,
        ahead=_quick(about, feature, result),
        rest=REST,
        bare=True,
        instance=True,
    )
    identity = f"{about.both.digest} {about.row} {about.output}"
    found = drawing.features(shown, partial(_drawn, about), "profile", identity, BITES)
    drawing.sync(feature, about.both.digest)
    drawing.show("profile", shown, found, METHOD, on_pick=pick)


def _quick(about: Subject, feature: str, result: Result) -> bool:
    """True when the other features' profiles may be made ahead; some are, to see, where one was not slow by far."""
    names = about.table.schema.names
    took = seconds_of(result)
    pace: Pace = cache.keep(about.both, "pace", [METHOD, about.output], Pace)
    others = (seconds_of(_answer(about, name)) for name in names if name != feature and took < SLOW)
    return pace.allows(min(len(names), drawing.MOST), AHEAD, took, others)


def chosen(about: Subject) -> str:
    """The feature that was picked, else the one with the longest bar."""
    if about.asked.feature in about.table.schema.names:
        return about.asked.feature
    result = force.explained(about, [about.row])[0]
    return result.features[int(abs(result.values).argmax())]


def _choose(about: Subject, feature: str) -> None:
    """The drop-down that names the feature."""
    key = fresh.key("feature", feature)
    st.selectbox(
        "Feature",
        about.table.schema.names,
        format_func=lambda name: words.short(name, 60),
        key=key,
        on_change=fresh.listen(key, pick),
        help="Or click a bar in the plot",
    )


def pick(feature: str) -> None:
    """Show another feature's profile."""
    question.ask(feature=feature)
    frame.redraw("profile", "force")
