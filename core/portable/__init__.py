"""Models as plain arrays, for exact explanations and for the browser."""

from core.portable.convert import portable_of, said_against, why_not
from core.portable.evaluate import check, encode, evaluate, margins
from core.portable.form import Column, Layer, Linear, Network, Portable, Trees
from core.portable.measure import taken
from core.portable.wire import from_json, to_json

__all__ = [
    "Column",
    "Layer",
    "Linear",
    "Network",
    "Portable",
    "Trees",
    "check",
    "encode",
    "evaluate",
    "from_json",
    "margins",
    "portable_of",
    "said_against",
    "taken",
    "to_json",
    "why_not",
]
