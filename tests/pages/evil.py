"""A table and models whose every name is hostile, and what a page must never give to Markdown."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from google.protobuf.message import Message
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core import fingerprint
from core.cache import MINE, Upload
from core.loading.tables import read_table
from tests.pages.made import as_pickle

IMAGE = "<img src=x onerror=alert(1)>"
PICTURE = "![a](http://evil.test/x.png)"
FORMULA = "$\\href{x}{y}$"
EMOJI = ":material/bolt:"
RED = ":red[x]"
LINK = "[x](javascript:alert(1))"
TICKS = "a `tick` b |pipe| **c**"
HEADING = "line\n# evilhead\n\n- item"
TURNED = "\u202eturned\u2066 \x00nul"
LONG = "evil_long_ " * 36
EVERY = (IMAGE, PICTURE, FORMULA, EMOJI, RED, LINK, TICKS, HEADING, TURNED, LONG)
NUMBERS, LEVELS = (IMAGE, PICTURE, FORMULA), (EMOJI, LONG)
NAMES, TRUTH, SIZE = LINK, "$x$ *truth* " + RED, "# size " + PICTURE
CLASSES = (IMAGE, PICTURE + RED)
FILE = f"{IMAGE} {LINK}"

RAW = (
    *("<img", "onerror=", "evil.test", "](", "![", "javascript:", "$\\href", ":material/bolt", ":red["),
    *("`tick", "|pipe", "**c", "# evilhead", "$x$", "*truth", "# size", "\u202e", "\u2066", "\x00"),
)
"""What is left of the names above where a character that means something was not escaped."""
_ESCAPED = re.compile(r"\\[\\`*_{}\[\]()<>#+\-.!|$~:^&=]")
_PLAIN = {
    *(
        "id",
        "key",
        "element_id",
        "alt",
        "placeholder",
        "code_text",
        "spec",
        "arrow_data",
        "json",
        "url",
        "page_script_hash",
    ),
    *("js_content", "css_content", "html_content", "default", "value", "raw_value", "raw_values", "query_string"),
    *("set_value", "selection_default", "form_id", "script_path", "component_name"),
}
"""Fields that the browser shows as text, draws, or does not show."""
_PLAIN_OPTIONS = {"Selectbox", "MultiSelect"}


def frame(rows: int = 90, seed: int = 4) -> pd.DataFrame:
    """Three numbers, two columns of levels, names of the rows, a class and a number to predict."""
    random = np.random.default_rng(seed)
    found = pd.DataFrame({name: random.normal(size=rows).round(3) for name in NUMBERS})
    for name in LEVELS:
        found[name] = random.choice([*EVERY[:9], LONG[:200]], rows)
    found.loc[random.random(rows) < 0.1, FORMULA] = np.nan
    found[NAMES] = [f"{EVERY[row % len(EVERY)]} {row}" for row in range(rows)]
    found[TRUTH] = np.where(found[IMAGE] + found[PICTURE] > 0, *CLASSES)
    found[SIZE] = (found[IMAGE] * 3 + 10 + random.normal(0, 0.2, rows)).round(3)
    return found


def as_parquet(table: pd.DataFrame) -> bytes:
    """The file; this format holds any text."""
    stream = io.BytesIO()
    table.to_parquet(stream)
    return stream.getvalue()


def fitted(data: bytes, target: str, seed: int = 0) -> Any:
    """A pipeline that knows the columns by the names under which they are read."""
    table = read_table(data, "t.parquet").frame
    names = [name for name in table.columns if name not in (NAMES, TRUTH, SIZE)]
    numbers, levels = names[: len(NUMBERS)], names[len(NUMBERS) :]
    encode = OneHotEncoder(handle_unknown="ignore")
    front = ColumnTransformer([("n", SimpleImputer(), numbers), ("l", encode, levels)])
    kind = RandomForestClassifier if target == TRUTH else GradientBoostingRegressor
    return make_pipeline(front, kind(n_estimators=8, max_depth=3, random_state=seed)).fit(table[names], table[target])


def visit(target: str, models: int = 1) -> tuple[dict[str, object], dict[str, str]]:
    """A session that holds the files, and the link to the first of them."""
    other = SIZE if target == TRUTH else TRUTH
    data = as_parquet(frame().drop(columns=other))
    table = shelf(f"{FILE}.parquet", data, target=target, label=NAMES)
    made: dict[str, Upload] = {}
    for seed in range(models):
        made |= shelf(f"{FILE}{seed}.pkl", as_pickle(fitted(data, target, seed)))
    return {"uploads.model": made, "uploads.table": table}, {"model": next(iter(made)), "data": next(iter(table))}


def shelf(name: str, data: bytes, **options: object) -> dict[str, Upload]:
    """One upload under an id of the app's form."""
    return {MINE + fingerprint.of_bytes(name.encode(), data)[:16]: Upload(name, data, options)}


def leaks(app: Any) -> list[str]:
    """Texts of a page that the browser formats and that still hold a name as somebody wrote it."""
    found = [(where, text) for node in _nodes(app._tree) for where, text in _formatted(node)]
    bare = [(where, text, _ESCAPED.sub("", text)) for where, text in found]
    return [f"{where}: {text!r}" for where, text, left in bare if any(raw in left for raw in RAW)]


def _nodes(node: Any) -> Iterator[Any]:
    """Everything on a page."""
    for child in getattr(node, "children", {}).values():
        yield child
        yield from _nodes(child)


def _formatted(node: Any) -> Iterator[tuple[str, str]]:
    """Every text of an element but those that are known to be shown as they are: a new field is looked at, too."""
    if isinstance(getattr(node, "proto", None), Message):
        yield from _texts(node.proto, type(node.proto).__name__)


def _texts(message: Message, where: str) -> Iterator[tuple[str, str]]:
    """The texts of a message and its parts."""
    for field, value in message.ListFields():
        name = f"{where}.{field.name}"
        if field.name == "columns" and where.startswith(("Dataframe", "Arrow")):
            yield from ((name, str(one["help"])) for one in json.loads(value).values() if one and one.get("help"))
        elif field.name in _PLAIN or (field.name == "options" and where in _PLAIN_OPTIONS):
            continue
        elif field.type == field.TYPE_STRING:
            yield from ((name, text) for text in ([value] if isinstance(value, str) else value))
        elif field.type == field.TYPE_MESSAGE and not isinstance(value, Message):
            for part in value.values() if hasattr(value, "values") else value:
                yield from _texts(part, name) if isinstance(part, Message) else [(name, str(part))]
        elif field.type == field.TYPE_MESSAGE:
            yield from _texts(value, name)
