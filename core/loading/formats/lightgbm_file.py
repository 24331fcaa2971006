"""LightGBM's text form: sections and trees are checked before LightGBM parses the text, which aborts on wrong sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.loading.formats.lightgbm_trees import check_trees, read_tree
from core.loading.formats.tree_checks import damaged

_HEADER = ("num_class", "num_tree_per_iteration", "max_feature_idx", "feature_names", "feature_infos", "tree_sizes")
_INFO = re.compile(r"none|\[[-+.0-9a-z]+:[-+.0-9a-z]+\]|-?[0-9]+(?::-?[0-9]+)*")
"""What is told of a column: nothing, its range, or its categories."""
_CATEGORICAL = re.compile(rb"^\[categorical_feature: [\d,]*\]$", re.MULTILINE)


def load(data: bytes, name: str) -> Any:
    """Check the structure and parse; returns a ``lightgbm.Booster``.

    Raises
    ------
    ModelError
        If it is cut off or its parts do not fit together.
    """
    raw = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    if not raw.isascii():
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise damaged(name, "It is not text in UTF-8") from error
    end = check(raw, name)
    import lightgbm

    try:
        return lightgbm.Booster(model_str=_without_settings(raw, end))
    except Exception as error:  # its own root, and what Python meets in the appended JSON
        raise damaged(name, f"LightGBM cannot read it: {str(error)[:120]}") from error


def check(raw: bytes, name: str) -> int:
    """Check the header, then every tree; LightGBM must not find a tree where we do not look for one.

    Returns
    -------
    int
        Where the trees end.
    """
    starts = [found.start() + 1 for found in re.finditer(rb"\nTree=", raw)]
    if b"\r" in raw or any(raw[start - 2 : start - 1] != b"\n" for start in starts):
        raise damaged(name, "Its trees do not follow each other")
    end = raw.find(b"end of trees", starts[-1] if starts else 0)
    head = raw[: starts[0] if starts else len(raw)].decode("utf-8", "surrogateescape")
    lines = head.split("\n")[1:]
    broken = [line for line in lines if "=" not in line and line not in ("", "average_output")]
    if broken:
        raise damaged(name, f"A line is broken: '{broken[0][:40]}'")
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    if len(facts) != sum("=" in line for line in lines):
        raise damaged(name, "A part of its head is there twice")
    missing = [key for key in _HEADER if key not in facts]
    if missing or not starts:
        raise damaged(name, f"It lacks {missing[0]}" if missing else "It holds no trees")
    if end < 0:
        raise damaged(name, "It ends before its last tree")
    columns = _number(facts["max_feature_idx"], name) + 1
    classes = _number(facts["num_tree_per_iteration"], name)
    names, infos = facts["feature_names"].split(" "), facts["feature_infos"].split(" ")
    if not (0 < columns <= 100_000 and 0 < classes <= 10_000) or len(names) != columns or len(infos) != columns:
        raise damaged(name, f"It names {len(names)} columns and says it takes {columns}")
    if strange := next((info for info in infos if not _INFO.fullmatch(info)), ""):
        raise damaged(name, f"'{strange[:40]}' is neither a range nor categories of a column")
    if not facts.get("objective", "none").strip():
        raise damaged(name, "The line of its objective is empty")
    sizes = [size for size in facts["tree_sizes"].split(" ") if size]
    if len(sizes) != len(starts) or len(starts) % classes:
        raise damaged(name, f"It announces {len(sizes)} trees and holds {len(starts)}")
    if _number(facts["num_class"], name) != classes or _asked(facts.get("objective", ""), name) not in (0, classes):
        raise damaged(name, "Its objective has another number of classes than its trees")
    ends = [*starts[1:], end]
    announced = [_number(size, name) for size in sizes]
    if announced != [last - first for first, last in zip(starts, ends, strict=True)]:
        raise damaged(name, "The announced sizes of its trees are wrong")  # LightGBM jumps by them
    check_trees([read_tree(raw, *place, name) for place in zip(starts, ends, strict=True)], columns, name)
    return end


@dataclass(frozen=True, slots=True)
class _Written:
    """What LightGBM asks of a text: the bytes of the whole and its last line; tens of megabytes are not decoded."""

    whole: bytes
    end: str

    def encode(self, _encoding: str) -> bytes:
        """What the native parser reads."""
        return self.whole

    def rfind(self, *wanted: Any) -> int:
        """A place in the end of the text."""
        return self.end.rfind(*wanted)

    def __getitem__(self, places: slice) -> str:
        return self.end[places]


def _without_settings(raw: bytes, end: int = 0) -> _Written:
    """The text with none of the training settings but the categorical columns: LightGBM aborts on broken ones.

    ``end`` is a place before which there are none.
    """
    mark = b"\nparameters:\n"
    at = raw.find(mark, end)
    kept = [memoryview(raw)[: at + len(mark)] if at >= 0 else raw]
    if at >= 0:
        settings, ended, tail = raw[at + len(mark) :].partition(b"end of parameters")
        kept += [line + b"\n" for line in re.findall(_CATEGORICAL, settings)[:1]]
        kept += [b"\nend of parameters", tail if ended else b"\n"]
    whole = b"".join(kept)
    return _Written(whole, str(memoryview(whole)[end if at < 0 else at :], "utf-8"))


def _asked(objective: str, name: str) -> int:
    """How many outputs an objective writes for each row, unasked; 0 where there is none."""
    title, *settings = objective.split(" ")
    named = [part.partition(":")[2] for part in settings if part.startswith("num_class:")]
    if len(named) > 1:
        raise damaged(name, "A setting of its objective is there twice")
    return _number(named[0], name) if named else int(title not in ("", "custom", "none"))


def _number(text: str, name: str) -> int:
    """One whole number, of digits only: Python would take blanks of all kinds and low lines."""
    if not re.fullmatch("-?[0-9]{1,18}", text):
        raise damaged(name, f"'{text[:40]}' is no number")
    return int(text)
