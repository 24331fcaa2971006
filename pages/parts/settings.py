"""A method's parameters as controls: plain ones in sight, expert ones in an expander."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from core.losses import fitting
from core.params import parse
from core.registry import Method
from core.types import Param, Schema, Task
from pages.parts import frame, fresh, labels
from pages.parts.text import safe_long

IN_SIGHT = 3
"""Settings shown at once; the others are behind a click."""
Changed = Callable[[str, str], None]


def draw(
    method: Method,
    given: Mapping[str, str],
    schema: Schema,
    task: Task,
    changed: Changed,
    skip: tuple[str, ...] = (),
    key: str = "",
    expert: bool = True,
) -> dict[str, str]:
    """Show the controls of a method and return the settings that are valid.

    Parameters
    ----------
    given : mapping
        Settings of the link, as text.
    task : Task
        Of the model: only losses that fit are offered.
    changed : callable
        Called with a parameter's name and its new value as text (empty: the default).
    skip : tuple of str
        Parameters that the page sets by other means.
    key : str
        Prefix of the controls' keys.
    expert : bool
        Whether the settings for experts are offered.

    Returns
    -------
    dict
        Given settings that fit; the others are told in words and left out.
    """
    params = [fitting(param, task) for param in method.params]
    good = _valid({param.name: param for param in params}, method, given, schema)
    shown = [param for param in params if param.name not in skip]
    plain = [param for param in shown if not param.expert]
    rest = [param for param in shown if param.expert] if expert else []

    def grid(params: list[Param]) -> None:
        columns = st.columns(min(len(params), IN_SIGHT))
        for place, param in enumerate(params):
            with columns[place % len(columns)]:
                _control(method.id, param, good.get(param.name), schema, changed, f"{key}{method.id}.{param.name}")

    if plain:
        grid(plain[:IN_SIGHT])
    for title, hidden in (("More settings", plain[IN_SIGHT:]), ("Settings for experts", rest)):
        if hidden:
            with st.expander(title, icon=":material/settings:"):
                grid(hidden)
    return good


def _valid(params: Mapping[str, Param], method: Method, given: Mapping[str, str], schema: Schema) -> dict[str, str]:
    """Settings that fit; a wrong one is told and its default used."""
    good = {}
    for name, text in given.items():
        try:
            parse(params.get(name) or method.param(name), text, schema.names)
            good[name] = text
        except ExplorerError as error:
            frame.tell(error, st.warning)
    return good


def as_text(param: Param, value: Any) -> str:
    """A value as a link writes it; empty for the default."""
    if value is None or value == param.default:
        return ""
    if isinstance(value, list | tuple):
        if tuple(value) == tuple(param.default or ()):
            return ""
        names = [str(item) for item in value]
        return json.dumps(names) if any("," in name or name.startswith("[") for name in names) else ",".join(names)
    return str(value)


def _control(method: str, param: Param, text: str | None, schema: Schema, changed: Changed, key: str) -> None:
    """The control of one parameter."""
    draw, shown = _CONTROLS[param.kind]
    value = parse(param, text, schema.names)
    now = fresh.key(key, shown(value))

    def tell(chosen: Any) -> None:
        changed(param.name, as_text(param, chosen))

    options = {"key": now, "on_change": fresh.listen(now, tell), "help": safe_long(param.help)}
    draw(param, schema, {"label": labels.title(method, param), **options})


def _number(param: Param, _schema: Schema, options: dict[str, Any]) -> None:
    """A number box within the limits; empty means that the method chooses."""
    kind = int if param.kind == "int" else float
    low, high = (None if end is None else kind(end) for end in (param.low, param.high))
    if kind is float and not param.expert and param.default is not None and (low, high) == (0.0, 1.0):
        st.slider(min_value=low, max_value=high, step=0.01, **options)
        return
    form = None if kind is int else "%g"
    limits = {"min_value": low, "max_value": high}
    st.number_input(value=None, format=form, placeholder="chosen by the method", **limits, **options)


def _toggle(param: Param, _schema: Schema, options: dict[str, Any]) -> None:
    """On or off."""
    st.toggle(**options)


def _choice(param: Param, _schema: Schema, options: dict[str, Any]) -> None:
    """One of a few."""
    st.selectbox(options=param.choices, format_func=partial(labels.choice, param), **options)


def _feature(param: Param, schema: Schema, options: dict[str, Any]) -> None:
    """One column."""
    st.selectbox(options=schema.names, index=None, placeholder="chosen by the method", **options)


def _features(param: Param, schema: Schema, options: dict[str, Any]) -> None:
    """Several columns."""
    st.multiselect(options=schema.names, **options)


def _text(param: Param, _schema: Schema, options: dict[str, Any]) -> None:
    """Free text."""
    st.text_input(**options)


def _number_or_none(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A number of a kind; None where the method chooses."""
    return lambda value: None if value is None else kind(value)


_CONTROLS: dict[str, tuple[Callable[..., None], Callable[[Any], Any]]] = {
    "int": (_number, _number_or_none(int)),
    "float": (_number, _number_or_none(float)),
    "bool": (_toggle, bool),
    "choice": (_choice, lambda value: value),
    "feature": (_feature, lambda value: value),
    "features": (_features, lambda value: list(value or ())),
    "text": (_text, lambda value: "" if value is None else str(value)),
}
"""How each kind of setting is drawn, and what its control shows of a value."""
