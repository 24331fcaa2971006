"""Which model format a file holds: by its first bytes, then by its extension."""

from __future__ import annotations

import re
from pathlib import PurePath

from core.errors import ModelError
from core.loading.formats import zips

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x5d\x00\x00", b'\x04"M\x18', b"ZF")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_PICKLED = (".pkl", ".pickle", ".joblib", ".sav", ".p", ".dump", ".gz", ".bz2", ".xz", ".lzma", ".z", ".lz4")
_REFUSED = {
    b"\x89HDF": ("a Keras model in the old HDF5 form", "That form is not read here, only its successor is.",
                 "Save it again as .keras: model.save('model.keras')."),
    b"<?xml": ("an XML file, perhaps PMML", "PMML is not read here.", "Export the model as ONNX or skops."),
    b"%PDF": ("a PDF document", "It holds no model.", "Choose the model's file."),
    b"PAR1": ("a Parquet table", "It holds no model.", "Upload it as the table."),
    b"binf": ("XGBoost's old binary form", "XGBoost itself no longer reads it since version 3.1.",
              "Save it again as JSON: booster.save_model('model.json')."),
    b"\x89PNG": ("a picture", "It holds no model.", "Choose the model's file."),
    b"#!": ("a script", "Code is never run here.", "Upload the fitted model that it saves."),
}  # fmt: skip
ACCEPTED = "Accepted are XGBoost JSON or UBJ, LightGBM text, CatBoost cbm, ONNX, Keras, skops, pickle and joblib."


def format_of(data: bytes, name: str) -> str:
    """Name the format: ``"xgboost-json"``, ``"xgboost-ubj"``, ``"lightgbm"``, ``"catboost"``, ``"onnx"``, ``"keras"``,
    ``"skops"`` or ``"pickle"``.

    Raises
    ------
    ModelError
        If it is none of them; the message says what it seems to be instead.
    """
    ending = PurePath(name.lower()).suffix
    for start, (seems, why, hint) in _REFUSED.items():
        if data.startswith(start):
            raise ModelError(f"'{name}' is {seems}.", why, hint)
    if data.startswith(b"PK\x03\x04"):
        return zips.format_of(data, name)
    if data.startswith(b"CBM1"):
        return "catboost"
    if re.match(rb"tree\s+version=", data):
        return "lightgbm"
    if data[:1] == b"{" and data[1:2] in (b"L", b"l", b"I", b"i", b"U"):
        return "xgboost-ubj"
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "xgboost-json"
    if _is_pickle(data, ending):
        return "pickle"
    if ending == ".onnx" or data[:1] == b"\x08":
        return "onnx"
    raise ModelError(f"'{name}' is not a model file that is known here.", f"It {_looks(data)}.", ACCEPTED)


def _is_pickle(data: bytes, ending: str) -> bool:
    """True for a pickle of protocol 2 and up, what joblib compresses, and by extension for the older text protocols."""
    if data[:1] == b"\x80" and data[1:2] <= b"\x05":
        return True
    if data.startswith(_COMPRESSED) or (data.startswith(_ZLIB) and ending != ".onnx"):
        return True
    return ending in _PICKLED and data.rstrip().endswith(b".")


def _looks(data: bytes) -> str:
    """What the content seems to be, in words."""
    head = data[:4096]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return f"starts with the bytes {data[:4].hex(' ')}, which no known format does"
    first = text.splitlines()[0] if text.strip() else ""
    if re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
        return "is a web page, perhaps an error page saved instead of the file"
    if first.startswith("version https://git-lfs"):
        return "is a Git LFS pointer; the model itself was not downloaded"
    if any(first.count(mark) >= 2 for mark in ",;\t"):
        return "looks like a table of text; upload it as the table"
    return "is plain text"
