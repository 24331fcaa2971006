"""Load: open a sample, or bring a model and a table of one's own."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError
from pages.parts import cards, frame, report, upload

frame.enter()
st.title("What do you want to explain?", anchor=False)
st.subheader("Bring your own model and table", anchor=False)
st.caption(
    "Files stay in this visit: nobody else sees them, nothing is stored, and they are forgotten when you close the "
    "page. "
    "A model file is opened in a locked-down process of its own."
)
left, right = st.columns(2, gap="large")
with left, frame.boundary("The table"):
    table_id = upload.draw("table")
    if table_id:
        upload.table_details(table_id)
with right, frame.boundary("The model"):
    model_id = upload.draw("model")

if table_id or model_id:
    st.subheader("Do they fit together?", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        model_id = upload.pairing("model", model_id)
    with right:
        table_id = upload.pairing("table", table_id)
    if model_id and table_id:
        report.draw(model_id, table_id)
    else:
        frame.tell(
            InputError(
                "One part is still missing.",
                "An explanation needs a model and a table of instances.",
                f"Give a {'table' if model_id else 'model'} as well.",
            ),
            st.info,
        )

st.subheader("Or start with an example", anchor=False)
with frame.boundary("The samples"):
    cards.draw()

st.subheader("Or open saved explanations", anchor=False)
st.caption(
    "A session file shows answers again without the model that they are about. Several files are shown together, "
    "labelled by model."
)
with frame.boundary("The session files"):
    upload.sessions()
