"""The facts of the About page, each read from the running system."""

from __future__ import annotations

import platform
from importlib import metadata

import pandas as pd
import streamlit as st

from core import registry
from core.errors import ExplorerError
from core.loading.samples import samples
from core.memory import resident
from core.registry import Method
from pages.parts import frame, tables
from pages.parts.text import safe_long

LIBRARIES = (
    "streamlit", "pandas", "numpy", "scipy", "scikit-learn", "xgboost", "xgboost-cpu", "lightgbm", "catboost", "shap",
    "lime", "onnxruntime", "matplotlib", "pyarrow",
)  # fmt: skip  # a list of names
_SCOPES = {"row": "one instance", "model": "the model", "data": "the data"}


def privacy() -> None:
    """What leaves this machine: nothing."""
    st.markdown(
        "- **Nothing.** No usage statistics, no fonts, scripts or pictures from elsewhere; the page talks to its own "
        "server only.\n"
        "- Your uploads stay in your own visit: no other visitor sees them, they are not written to disk, and they are "
        "forgotten when the page is closed.\n"
        "- A link holds names and numbers of your choices, never data."
    )


def protections() -> None:
    """Which layers are active here."""
    from core.workers.doctor import examine

    for name, active, detail in examine():
        mark = ":material/check_circle:" if active else ":material/remove_circle:"
        st.markdown(f"{mark} **{safe_long(name)}**: {safe_long(detail)}")


def limits() -> None:
    """How large things may be, and what explanations cannot say."""
    st.markdown(
        "- Files up to 50 MB; three tables and three models of your own at a time.\n"
        "- The list shows 200 instances a page, however long the table.\n"
        "- Explanations tell what the **model** does, not what causes what in the world.\n"
        "- Features that belong together share their credit; read them together.\n"
        "- A nudge is a change that flips the model's answer, not advice that it can be done or should be."
    )


def methods() -> None:
    """Every method with its question."""
    listed: list[Method] = list(registry.methods())
    tables.draw(
        pd.DataFrame(
            {
                "question": [entry.question for entry in listed],
                "method": [entry.title for entry in listed],
                "of": [_SCOPES[entry.scope] for entry in listed],
                "version": [entry.version for entry in listed],
            }
        ),
        "methods_table",
        "All methods with the question that each answers",
    )


def versions() -> None:
    """Python, libraries and resident memory."""
    held = resident()
    memory = f" · {held / 1e6:,.0f} MB in memory" if held else ""
    st.markdown(f"Python {platform.python_version()} on {platform.system()}{memory}")
    found = {name: version for name in LIBRARIES if (version := _version(name))}
    st.caption(" · ".join(f"{name} {version}" for name, version in found.items()))


def _version(name: str) -> str | None:
    """A library's version, None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def licences() -> None:
    """Ours and the samples'."""
    st.markdown("Instance Explorer is free software under the Apache License 2.0.")
    try:
        for sample in {sample.table: sample for sample in samples()}.values():
            st.caption(f"{safe_long(sample.title.split(' · ')[0])} data: {safe_long(sample.licence)}")
    except ExplorerError as error:
        frame.tell(error)
