"""The visitor's own table and model: taken, read, shown, corrected, let go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core import cache
from core.errors import ExplorerError
from core.loading import left_out
from pages.parts import chooser, frame, fresh, opened, schema_editor
from pages.parts.text import safe, safe_long

TYPES = {
    "table": ["csv", "tsv", "txt", "parquet", "pq", "xlsx", "gz"],
    "model": ["json", "ubj", "ubjson", "txt", "cbm", "skops", "onnx", "pkl", "pickle", "joblib", "keras", "h5"],
}
_WORDS = {
    "table": ("A table", "CSV, Parquet or Excel, up to 50 MB: one row per instance, named columns."),
    "model": (
        "A model",
        "XGBoost (.json, .ubj), LightGBM (.txt), CatBoost (.cbm), skops, ONNX, Keras (.keras), or scikit-learn as "
        ".joblib or .pkl, "
        "up to 50 MB.",
    ),
}


def draw(kind: str) -> str | None:
    """The uploader of a kind; the id of the file that is chosen, None when there is none."""
    title, words = _WORDS[kind]
    st.markdown(f"**{title}**")
    given = st.file_uploader(title, TYPES[kind], key=f"upload_{kind}", label_visibility="collapsed", max_upload_size=50)
    st.caption(words)
    seen = f"seen_{kind}"
    if given is not None and st.session_state.get(seen) != given.file_id:
        st.session_state[seen] = given.file_id
        st.session_state[f"refused_{kind}"] = _take(kind, given.name, given.getvalue())
        if kind == "model" and "next_table" in st.session_state:
            st.rerun()  # the table's place is above: it is drawn anew with what the model brought
    refusal = st.session_state.get(f"refused_{kind}")
    if refusal is not None:
        frame.tell(refusal)
    return _shelf(kind)


def _take(kind: str, name: str, data: bytes) -> ExplorerError | None:
    """Read a file at once; one that cannot be read is not kept, and what was there stays."""
    identity = ""
    try:
        identity = cache.add_upload(kind, name, data)
        with st.spinner(f"Reading {safe(name)} …"):
            cache.table(identity) if kind == "table" else cache.model(identity)
    except ExplorerError as error:
        cache.drop_upload(kind, identity)
        return error
    st.session_state[f"mine_{kind}"] = st.session_state[f"pair_{kind}"] = identity
    if kind == "model" and getattr(cache.model(identity), "brings_table", False):
        return _brought(name, data)
    return None


def _brought(name: str, data: bytes) -> ExplorerError | None:
    """Take the data and true values that a model's file brings, as a dalex Explainer does."""
    identity = ""
    try:
        identity = cache.add_upload("table", name, data)
        cache.table(identity)
    except ExplorerError as error:
        cache.drop_upload("table", identity)
        return error
    st.session_state["next_table"] = identity
    return None


def _shelf(kind: str) -> str | None:
    """The files of this visit, one of them chosen."""
    shelf = cache.uploads(kind)
    if not shelf:
        return None
    if f"next_{kind}" in st.session_state:
        st.session_state[f"mine_{kind}"] = st.session_state[f"pair_{kind}"] = st.session_state.pop(f"next_{kind}")
    chosen = st.session_state.get(f"mine_{kind}")
    if chosen not in shelf:
        chosen = st.session_state[f"mine_{kind}"] = list(shelf)[-1]
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(shelf) > 1:
            key = fresh.key(f"shelf_{kind}", chosen)
            st.selectbox(
                f"Your {kind}s",
                list(shelf),
                format_func=lambda identity: shelf[identity].name,
                key=key,
                on_change=fresh.listen(key, partial(_keep, f"mine_{kind}")),
                label_visibility="collapsed",
            )
        else:
            upload = shelf[chosen]
            st.markdown(f":material/check_circle: {safe(upload.name)} · {len(upload.data) / 1e3:,.0f} kB")
        st.button("Remove", key=f"remove_{kind}", type="tertiary", on_click=cache.drop_upload, args=(kind, chosen))
    return str(chosen)


def _keep(name: str, identity: str | None) -> None:
    """Remember which file was chosen."""
    st.session_state[name] = identity


def table_details(identity: str) -> None:
    """What was read, and what each column is; both can be corrected."""
    with frame.boundary("The table"):
        table = cache.table(identity)
        for note in table.notes:
            st.caption(f":material/info: {safe_long(note)}")
        with st.expander("Columns: what each one is", icon=":material/view_column:"):
            changed = schema_editor.draw(table, cache.uploads("table")[identity].options)
        if changed is not None:
            _correct(identity, changed)


def _correct(identity: str, options: dict[str, Any]) -> None:
    """Read the same bytes again as the visitor says."""
    without = cache.uploads("table")[identity].options.get("without")
    refused = _read_again(identity, options | ({"without": without} if without else {}))
    if refused is not None:
        frame.tell(refused)
        return
    st.rerun()


def leave_out(identity: str, rows: Sequence[int]) -> None:
    """Read a table again without some of its rows (called by a button)."""
    options = cache.uploads("table")[identity].options
    without = left_out.both(options.get("without", ()), rows, len(cache.table(identity)))
    st.session_state["refused_table"] = _read_again(identity, {**options, "without": without})


def _read_again(identity: str, options: dict[str, Any]) -> ExplorerError | None:
    """The same bytes read otherwise take the table's place; what is wrong with that, else None."""
    upload = cache.uploads("table")[identity]
    again = ""
    try:
        again = cache.add_upload("table", upload.name, upload.data, **options)
        cache.table(again)
    except ExplorerError as error:
        cache.drop_upload("table", again)
        return error
    if again != identity:
        cache.drop_upload("table", identity)
    st.session_state["next_table"] = again
    return None


def pairing(kind: str, mine: str | None) -> str | None:
    """Which model or table to match: the upload, another one, or a sample's."""
    names = chooser.model_names() if kind == "model" else chooser.table_names()
    held = f"pair_{kind}"
    if st.session_state.get(held) not in names:
        st.session_state[held] = mine
    key = fresh.key(f"paired_{kind}", st.session_state[held])
    chosen: str | None = st.selectbox(
        kind.capitalize(),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=f"upload a {kind} above, or choose one …",
        key=key,
        on_change=fresh.listen(key, partial(_keep, held)),
    )
    return chosen


def sessions() -> None:
    """Session files: explanations that were saved, opened without their model."""
    given = st.file_uploader(
        "Session files",
        "json",
        accept_multiple_files=True,
        key="upload_session",
        label_visibility="collapsed",
        max_upload_size=15,
    )
    seen: set[str] = st.session_state.setdefault("seen_session", set())
    for file in given:
        if file.file_id in seen:
            continue
        seen.add(file.file_id)
        identity = ""
        try:
            identity = cache.add_upload("session", file.name, file.getvalue())
            with st.spinner(f"Reading {safe(file.name)} …"):
                opened.sessions()
        except ExplorerError as error:
            cache.drop_upload("session", identity)
            frame.tell(error)
    shelf = cache.uploads("session")
    for identity, upload in list(shelf.items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check_circle: {safe(upload.name)} · {len(upload.data) / 1e3:,.0f} kB")
            st.button(
                "Remove",
                key=f"drop_{identity}",
                type="tertiary",
                on_click=cache.drop_upload,
                args=("session", identity),
            )
    if shelf:
        st.page_link(
            frame.page("studio"),
            label="Show them in the Studio" if len(shelf) > 1 else "Show it in the Studio",
            icon=":material/dashboard:",
            query_params={"session": "mine"},
        )
