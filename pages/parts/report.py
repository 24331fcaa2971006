"""What was understood of a model and a table, before the first explanation."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.cache import Pair
from core.errors import ModelError
from core.loading.understood import Spread, Understood, understood
from core.views import words
from pages.parts import frame, question, subject, upload
from pages.parts.text import safe_long

_ADOPTED = "adopted"
_TASKS = {"binary": "one of two classes", "multiclass": "one of several classes", "regression": "a number"}


def draw(model_id: str, table_id: str) -> None:
    """Match, report, and the way to the first answer."""
    with frame.boundary("The match of model and table"):
        both = cache.pair(model_id, table_id)
        try:
            predictions = subject.predictions(both)
        except ModelError as error:
            _partly(error, both, model_id, table_id)
            return
        found = cache.keep(both, "understood", [], lambda: understood(both.model, both.table, predictions))
        st.success("The model and the table fit together.", icon=":material/check_circle:")
        for note in (*getattr(both.model, "notes", ()), *both.notes):
            st.caption(f":material/info: {safe_long(note)}")
        with st.container(border=True, key="understood"):
            st.subheader("What was understood", anchor=False)
            for name, said in facts(both, found).items():
                left, right = st.columns([1, 3], gap="small")
                left.markdown(f":gray[{name}]")
                right.markdown(safe_long(said))
        _adopt(model_id, table_id)
        if st.button("Explain an instance", type="primary", icon=":material/lightbulb:", key="explain_own"):
            asked = question.ask(**subject.onto(model_id, table_id))
            st.switch_page(frame.page("explain"), query_params=question.as_link(asked))


def _partly(error: ModelError, both: Pair, model_id: str, table_id: str) -> None:
    """The columns fit, but the model fails on some rows: leave them out, or read what is answered all the same."""
    frame.tell(error, st.warning)
    for note in both.notes:
        st.caption(f":material/info: {safe_long(note)}")
    _adopt(model_id, table_id)
    found = subject.failing_rows(both)
    if table_id in cache.uploads("table") and found.few and len(found.rows) < len(both.table):
        count = len(found.rows)
        which = "this row" if count == 1 else f"these {count:,} rows"
        st.button(
            f"Leave {which} out and {'go on' if found.whole else 'look for others'}",
            type="primary",
            icon=":material/remove_circle_outline:",
            key="leave_out",
            on_click=upload.leave_out,
            args=(table_id, found.rows),
        )
    st.caption("With these rows, what does not ask about them is answered on two pages:")
    with st.container(horizontal=True, gap="small"):
        for name in ("model", "data"):
            st.page_link(frame.page(name), label=name.capitalize(), query_params=question.as_link(question.held()))


def _adopt(model_id: str, table_id: str) -> None:
    """Let every page speak of a pair from now on, once: who opens an example afterwards is not taken back."""
    if st.session_state.get(_ADOPTED) != (model_id, table_id):
        st.session_state[_ADOPTED] = (model_id, table_id)
        question.hold(**subject.onto(model_id, table_id))


def facts(both: Pair, found: Understood) -> dict[str, str]:
    """The facts in words, in reading order."""
    names = both.table.schema.names
    listed = words.listed([words.short(name, 40) for name in names[:8]]) + (", …" if len(names) > 8 else "")
    chance = bool(found.classes)
    told = {
        "Table": f"{both.table.name}: {found.rows:,} rows, {both.table.frame.shape[1]:,} columns",
        "Model": f"{both.model.name}: {found.kind}",
        "Features": f"{found.columns:,}: {listed}",
        "Target": found.target or "not known, so predictions cannot be compared with the truth",
        "Names of rows": both.table.label or "row numbers",
        **({"Weight of rows": both.table.weights} if both.table.weights else {}),
        "The model predicts": _TASKS[found.task],
        "Predict function": found.function,
    }
    if chance:
        told["Classes"] = words.listed([words.short(name, 40) for name in found.classes])
        told["Explained first"] = f"the chance of {words.case(found.output, found.target or None)}"
    told["Predictions"] = _spread(found.predictions, chance)
    if found.residuals is not None:
        told["Residuals"] = _spread(found.residuals, False) + (
            " (1 or 0 for the truth, minus the probability)" if chance else " (truth minus prediction)"
        )
    if found.accuracy is not None:
        told["Right in"] = f"{words.percent(found.accuracy)} of the rows with a known truth"
    return told


def _spread(found: Spread, chance: bool) -> str:
    """Least, mean, greatest."""
    say = words.percent if chance else words.number
    return f"lowest {say(found.low)}, mean {say(found.mean)}, highest {say(found.high)}"
