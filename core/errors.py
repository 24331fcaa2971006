"""What can go wrong, in words a person can act on.

::

    ExplorerError
    ├── InputError      the table, a parameter or a choice does not fit
    ├── ModelError      the model file is refused, or the model fails when asked
    ├── NotApplicable   this method cannot answer for this model; another can
    └── ComputeError    the answer was computed and fails its own checks, or took too long
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ExplorerError(Exception):
    """The root of every error that the product shows to a person.

    Parameters
    ----------
    what : str
        What happened, one sentence.
    why : str
        The cause, with the names and numbers at hand.
    hint : str
        What the person can do next.
    """

    def __init__(self, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what, why, hint)
        self.what = what
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.hint) if part)


class InputError(ExplorerError):
    """A table, a parameter or a choice does not fit; the person can correct it."""


class ModelError(ExplorerError):
    """A model file is refused, or a model fails when it is asked."""


class NotApplicable(ExplorerError):  # noqa: N818 - an answer ("this method does not apply"), not a fault
    """A method does not apply to this model or table."""


class ComputeError(ExplorerError):
    """A computation failed its own checks or its limits."""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> InputError:
    """Build the error for a name that does not exist, with the nearest ones as the hint."""
    names = [str(other) for other in known]
    close = get_close_matches(str(name), names, n=3, cutoff=0.5)
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Choose one of: {shown}."
    return InputError(f"There is no {kind} named '{name}'.", f"{len(names)} are known here.", hint)
