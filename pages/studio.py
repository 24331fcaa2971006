"""Studio: a grid of panels about one instance, the model and the data, linked by the feature in question."""

from __future__ import annotations

import streamlit as st

from pages.parts import drawing, frame, layout, question, sidebar, stored, studio, studio_foot, style

frame.enter()
asked = question.current()
if asked.session:
    drawing.engine()
    stored.page(asked)
else:
    style.wide()
    left, right = st.columns([2, 9], gap="small", vertical_alignment="bottom")
    about = sidebar.draw(listed=False, place=left)
    if about is not None:
        drawing.engine()
        with frame.boundary("The layout"):
            layout.spots(asked)  # a link that names too many panels is told once
            with right:
                studio.bar()
            studio.grid(about)
        studio_foot.draw()
    frame.holds("studio_bar", "studio_foot", *[layout.part(place) for place in range(layout.places(asked))])
