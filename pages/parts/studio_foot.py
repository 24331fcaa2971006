"""The Studio's last line: how good the model is, what it is, which product and when."""

from __future__ import annotations

import datetime

import streamlit as st

from core import cache, registry
from core.results import Scores
from core.version import VERSION
from core.views import words
from pages.parts import frame, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe_long


@st.fragment(key="studio_foot")
def draw() -> None:
    """Performance where the truth is known, names, version and time."""
    with frame.boundary("The last line"):
        about = subject.load(question.current())
        parts = [performance(about), f"{about.model.name} on {about.table.name} ({len(about.table):,} rows)"]
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
        parts += [f"Instance Explorer {VERSION}", now]
        st.caption(safe_long(" · ".join(part for part in parts if part)))


def performance(about: Subject) -> str:
    """The model's scores in words; empty where the truth is not known."""
    method = registry.get("performance")
    if method.unsupported(about.model, about.table) is not None:
        return ""
    with subject.patience(method.title) as progress:
        result = cache.explain(about.both, method.id, [0], about.output, {}, progress)[0]
    if not isinstance(result, Scores):
        return ""
    return ", ".join(f"{score.name} {words.number(score.value, 4)}" for score in result.scores)
