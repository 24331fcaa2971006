"""Nudges on the page: a goal, rules, a first answer at once and better ones as they come, then each one looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core import fingerprint, running
from core.counterfactual.crossing import crossing
from core.counterfactual.words import apply, sentence
from core.registry import Method
from core.results import Nudge, Nudges
from core.running import Running
from core.views import View, nudge_crossing, nudge_path, words
from pages.parts import chart, downloads, frame, fresh, nudge_goal, nudge_rules, panel, question, settings, subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

METHOD = "nudges"
AT_ONCE = 0.15
"""Seconds to wait for the end before what is known is shown."""
AGAIN = 0.3
"""Seconds between two looks at a search."""
SHOWN = 5
SKIPPED = (*nudge_goal.NAMES, *nudge_rules.NAMES, "plausibility", "robust", "k")
_MOST = 8
"""Ways that a person can ask for here."""


def controls(about: Subject, method: Method, given: Mapping[str, str], slot: str, expert: bool) -> dict[str, str]:
    """The goal, the rules and the rest of the settings; returns those that are valid."""

    def write(changes: dict[str, str]) -> None:
        left = {name: text for name, text in about.asked.params.items() if name not in changes}
        question.ask(params={**left, **{name: text for name, text in changes.items() if text}})
        frame.redraw("closer")

    nudge_goal.draw(about, given, write)
    nudge_rules.draw(about, given, write)
    _wishes(given, write)
    return settings.draw(
        method,
        given,
        about.table.schema,
        about.model.task,
        lambda name, text: write({name: text}),
        SKIPPED,
        slot,
        expert,
    )


def _wishes(given: Mapping[str, str], write: nudge_goal.Write) -> None:
    """Small or believable, firm or not, and how many."""
    left, middle, right = st.columns([3, 3, 2], gap="medium", vertical_alignment="bottom")
    count = int(nudge_goal.number(given.get("k"), 4, 1, 20))
    like = fresh.key("nudge_like", nudge_goal.number(given.get("plausibility"), 0.0, 0.0, 1.0))
    firm = fresh.key("nudge_firm", str(given.get("robust")).lower() in ("true", "1", "yes"))
    many = fresh.key("nudge_many", count)
    left.slider(
        "How much like real rows",
        0.0,
        1.0,
        step=0.05,
        key=like,
        on_change=fresh.listen(like, lambda said: write({"plausibility": f"{said:g}" if said else ""})),
        help="0: the smallest change, 1: the one most like rows that have this outcome",
    )
    middle.toggle(
        "Holds when missed by 1 %",
        key=firm,
        on_change=fresh.listen(firm, lambda said: write({"robust": "true" if said else ""})),
        help="Goes a little further, so that it holds when rounded to usual precision or missed by 1 % of a range",
    )
    right.number_input(
        "Different ways",
        1,
        max(_MOST, count),
        key=many,
        on_change=fresh.listen(many, lambda said: write({"k": "" if said == 4 else str(said)})),
    )


def found(about: Subject, params: Mapping[str, str], slot: str) -> Nudges | None:
    """The answer; None while it is searched for, what is known so far being shown."""
    key = fingerprint.of_params([about.both.digest, about.row, about.output, dict(params)])
    held = question.searches()
    known, search = held.get(slot, ("", None))
    if search is None or known != key or search.error is not None:
        if search is not None:
            search.stop()
        search = running.begin(about.both, METHOD, about.row, about.output, params)
        held[slot] = (key, search)
    if search.look(AT_ONCE):
        return _end(search)
    st.fragment(_look, run_every=AGAIN, key=f"{slot}.search")(slot, key)
    return None


def _end(search: Running) -> Nudges | None:
    """The result of a search that is over.

    Raises
    ------
    ExplorerError
        If it failed.
    """
    if search.error is not None:
        raise search.error
    return search.latest if isinstance(search.latest, Nudges) else None


def _look(slot: str, key: str) -> None:
    """What a search knows so far, with a way to end it; when it is over the page is drawn anew."""
    known, search = question.searches().get(slot, ("", None))
    if search is None or known != key:
        return
    if search.look():
        question.whole_page()  # a part other than this one can be drawn anew in callbacks only
    with st.container(horizontal=True, vertical_alignment="center", key=f"{slot}.searching"):
        st.progress(min(1.0, search.fraction), text=f"Searching for smaller changes, {search.seconds:.0f} s so far.")
        st.button("Stop here", icon=":material/stop_circle:", key=f"{slot}.stop", on_click=search.stop)
    if isinstance(search.latest, Nudges) and search.latest.nudges:
        drawn = panel.picture(search.latest, subject.load(question.current()))
        st.markdown(f"**So far:** {safe_long(drawn.sentence)}")
        chart.show(drawn, f"{slot}.sofar")


def draw(result: Nudges, about: Subject, slot: str) -> View:
    """All nudges in words and in one picture, then one of them looked at closely."""
    drawn = panel.picture(result, about)
    st.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{slot}.chart")
    if result.nudges and result.nudges[0].changes:
        place = _choose(result, slot)
        _one(result, about, place, slot)
    panel.checks(result.checks)
    if any(check.name == "finished" and check.passed is False for check in result.checks):
        _more(about, slot)
    return drawn


def _more(about: Subject, slot: str) -> None:
    """A way to go on: a search that was stopped begins again, one that ran out of time gets twice as much."""
    search = question.searches().get(slot, ("", None))[1]
    spent = nudge_goal.number(about.asked.params.get("seconds"), 10.0, 0.1, 300.0)
    stopped = search is None or search.stopped

    def go_on() -> None:
        question.searches().pop(slot, None)
        if not stopped:
            question.ask(params={**about.asked.params, "seconds": f"{2 * spent:g}"})
        frame.redraw("closer")

    label = "Search on, from the start" if stopped else f"Search longer (up to {2 * spent:g} s)"
    st.button(label, icon=":material/play_arrow:", key=f"{slot}.on", on_click=go_on)


def _choose(result: Nudges, slot: str) -> int:
    """Which nudge is looked at."""
    count = min(SHOWN, len(result.nudges))
    if count < 2:
        return 0
    key = fresh.own(f"{slot}.which", range(count), 0)
    chosen = st.segmented_control(
        "Look at", range(count), format_func=lambda place: f"Nudge {place + 1}", key=key, required=True
    )
    return int(chosen or 0)


def _one(result: Nudges, about: Subject, place: int, slot: str) -> None:
    """One nudge: the sentence, how far it holds, the way there, the crossing."""
    nudge = result.nudges[place]
    then = said_then(nudge, result, about)
    st.markdown(f"**{safe_long(sentence(nudge, about.table))}, the model would say {safe_long(then)}.**")
    st.caption(safe_long(" ".join(_facts(nudge))))
    level = about.asked.level
    # one picture a question in plain words: these two are opened, and computed, by those who want them
    closer = st.expander(
        "The way there, and where it crosses", level == "expert", key=f"{slot}.closer.{level}", on_change="rerun"
    )
    if closer.open:
        with closer:
            _closer(result, about, place, slot)
    st.page_link(
        frame.page("what_if"),
        label=f"Try change {place + 1} in What if",
        icon=":material/tune:",
        query_params={**question.as_link(about.asked), "nudge": str(place)},
    )


def said_then(nudge: Nudge, result: Nudges, about: Subject) -> str:
    """What the model says after the changes; of several classes also the one that it then chooses."""
    target, classes = about.table.target, about.model.classes
    said = words.output(nudge.output, result.scale, result.label, target)
    if len(classes) < 3:
        return said
    chances = about.model.predict(apply(about.table.instance(about.row), nudge.changes))[0]
    best = int(chances.argmax())
    if classes[best] == result.label:
        return said
    return f"{said} and most, {words.percent(float(chances[best]))}, for {words.case(classes[best], target)}"


def _closer(result: Nudges, about: Subject, place: int, slot: str) -> None:
    """The way there, one change at a time, and the crossing."""
    left, right = st.columns(2, gap="large")
    with left:
        drawn = nudge_path.view(result, place, dark=chart.dark())
        if drawn.rows:
            st.markdown("One change at a time")
            chart.show(drawn, f"{slot}.path")
            one = replace(result, nudges=(result.nudges[place],))
            downloads.draw(one, f"nudge-{place + 1}-path-row-{about.row}", f"{slot}.way")
    with right, frame.boundary("The crossing"):
        _crossing(result, about, place, slot)


def _facts(nudge: Nudge) -> list[str]:
    """What is known of a nudge beside its changes, in words."""
    extra: Mapping[str, Any] = nudge.extra
    said = [f"Distance {words.number(nudge.distance, 3)}."]
    if extra.get("proved"):
        said.insert(0, "Proved smallest.")
    if "holds_rounded" in extra:
        rounded = "holds" if extra["holds_rounded"] else "does not hold"
        missed = float(extra["holds_missed"])
        much = "holds" if missed == 1 else "fails" if missed == 0 else f"holds in {100 * missed:.0f} % of the cases"
        said.append(f"Rounded to usual precision it {rounded}; missed by 1 % of a range it {much}.")
    if "nearest_real_row" in extra:
        said.append(f"The nearest real row with this outcome is {words.number(extra['nearest_real_row'], 3)} away.")
    return said


def _crossing(result: Nudges, about: Subject, place: int, slot: str) -> None:
    """The profile of one changed feature, with the goal's line and where it is crossed."""
    nudge = result.nudges[place]
    names = [change.name for change in nudge.changes]
    key, name = fresh.own(f"{slot}.along", names, names[0]), names[0]
    if len(names) > 1:
        name = st.selectbox("Along", names, format_func=lambda text: words.named(text, 40), key=key)
    else:
        st.markdown(f"Along {safe(words.named(name, 40))}")
    profile = crossing(about.model, about.table, about.row, result, place, name)
    feature, change = about.table.schema[name], nudge.changes[names.index(name)]
    drawn = nudge_crossing.view(profile, change, len(names) - 1, feature=feature, dark=chart.dark())
    chart.show(drawn, f"{slot}.crossing")
    st.caption(safe_long(drawn.sentence))
    downloads.draw(profile, f"nudge-{place + 1}-crossing-row-{about.row}", f"{slot}.crossing")
