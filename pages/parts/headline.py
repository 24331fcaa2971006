"""What the model says of the instance, always in sight: the prediction and its place among all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import cache
from core.loading.samples import samples
from core.results import Distribution
from core.types import UNNAMED, Scale
from core.views import place, words
from pages.parts import chart, frame, fresh, levels, question, subject, turns
from pages.parts.subject import Subject
from pages.parts.text import safe


@st.fragment(key="choices")
@turns.after
def choices() -> None:
    """What the model is for, the class that is explained, the level, the link."""
    with frame.boundary("The choices"):
        about = subject.load(question.current())
        left, right = st.columns([4, 5], gap="medium", vertical_alignment="bottom")
        left.markdown(f"**{safe(about.model.name)}**  \n:small[{safe(purpose(about))}]")
        with (
            right,
            st.container(
                horizontal=True, horizontal_alignment="right", vertical_alignment="bottom", key="page_choices"
            ),
        ):
            classes(about)
            levels.draw(about)


@st.fragment(key="headline")
@turns.after
def draw() -> None:
    """The prediction in words and where it lies among all; the style keeps this part in sight."""
    with frame.boundary("The prediction"):
        about = subject.load(question.current())
        with st.container(key="headline"):
            left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
            drawn = strip(about)
            with left:
                st.markdown(f"**{safe(said(about))}**  \n:small[{safe(drawn.sentence)}]")
            with right:
                chart.show(drawn, "place.strip")


def purpose(about: Subject) -> str:
    """What the model predicts, in the sample's words or from what is known of an upload."""
    cards = {sample.id: sample.predicts for sample in samples()}
    model_id, _table_id = subject.ids(about.asked)
    if model_id in cards and not about.both.mine:
        return cards[model_id]
    instances, target = f"for the instances of {words.named(about.table.name, 40)}", about.table.target
    names = [words.short(name, 30) for name in about.model.classes[:6]]
    if names and target and all(words.outcome(name) != name for name in names):
        return f"Predicts {words.named(target, 40)} ({', '.join(names[:-1])} or {names[-1]}), {instances}."
    if names:
        return f"Chooses between {words.listed(names)}, {instances}."
    what = "a number" if about.label == UNNAMED else words.named(about.label, 40)
    return f"Predicts {what}, {instances}."


def scale(about: Subject) -> Scale:
    """Units of the prediction."""
    return "probability" if about.model.classes else "target"


def said(about: Subject, row: int | None = None) -> str:
    """The prediction in words: ``72 % for “approved”``."""
    value = about.predictions[about.row if row is None else row, about.output]
    return words.output(float(value), scale(about), about.label, about.table.target)


def strip(about: Subject) -> place.View:
    """Where the prediction lies among all."""
    return place.view(crowd(about), _own(about), scale(about), about.label, chart.dark())


def spread(about: Subject) -> Distribution:
    """The same as an answer, for its files (under "Take it with you" on Explain)."""
    return place.spread(crowd(about), _own(about), scale(about), about.label)


def _own(about: Subject) -> float:
    """The prediction in question."""
    return float(about.predictions[about.row, about.output])


def crowd(about: Subject) -> place.Crowd:
    """All predictions of the output, counted once."""
    found: place.Crowd = cache.keep(
        about.both,
        "crowd",
        about.output,
        lambda: place.crowd(about.predictions[:, about.output], bool(about.model.classes)),
    )
    return found


def classes(about: Subject) -> None:
    """Choose the class that is explained."""
    names = about.model.classes
    if len(names) < 2:
        return
    called = {name: words.named(words.outcome(name, about.table.target), 60) for name in names}
    key = fresh.key("class", names[about.output])
    st.selectbox(
        "The chance of",
        names,
        format_func=called.__getitem__,
        key=key,
        on_change=fresh.listen(key, _chosen),
        width=_width(list(called.values())),
    )


def _width(names: Sequence[str]) -> int:
    """Pixels that show the longest class whole, within reason."""
    return min(420, max(180, 60 + 8 * max(map(len, names))))


def _chosen(name: str) -> None:
    """Another class was chosen."""
    question.ask(output=name)
    frame.redraw(*frame.EVERYTHING)
