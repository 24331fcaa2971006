"""Models as plain arrays, for exact explanations and for the browser."""

from core.portable.form import Column, Linear, Network, Portable, Trees

__all__ = ["Column", "Linear", "Network", "Portable", "Trees"]
