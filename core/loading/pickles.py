"""The door for pickle and joblib files: bytes in, an object of the allow-list out, or a refusal in words."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from core.errors import ModelError
from core.loading.unpickle.advice import CUT_OFF, PLAIN, advice, written_by
from core.loading.unpickle.containers import unpack
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.machine import Machine


def load(data: bytes, name: str) -> object:
    """Read a pickle or joblib file without running anything that it says.

    Parameters
    ----------
    data : bytes
        The file, compressed or not.
    name : str
        Shown in messages.

    Returns
    -------
    object
        Built only from names of the allow-list, its state checked.

    Raises
    ------
    ModelError
        If the file asks for anything else, or is broken; the message names the object.
    """
    return guarded(lambda: read(data), name)


def guarded(build: Callable[[], object], name: str) -> object:
    """What a reader builds by the rules; whatever it raises becomes the refusal of the file.

    Raises
    ------
    ModelError
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return build()
    except Refused as error:
        hint = CUT_OFF if error.cut else advice(error.name if error.unknown else "", error.written)
        raise ModelError(f"'{name}' is refused.", f"Nothing of it was run: {error.why}.", hint) from error
    except MemoryError as error:
        raise ModelError(f"'{name}' is refused.", "It needs more memory than a model may.", PLAIN) from error
    except Exception as error:  # any other failure of a parser means a file that its writer never produced
        text = f"It cannot be read ({type(error).__name__}: {str(error)[:200]})."
        raise ModelError(f"'{name}' is refused.", text, PLAIN) from error


def read(data: bytes) -> object:
    """Decompress, execute by the rules, check what came out; raises ``Refused`` or what broken bytes raise."""
    from core.loading.unpickle.states import check

    stream = unpack(data)
    machine = Machine(stream)
    try:
        found = machine.run()
        if machine.position != len(stream):
            raise Refused("it carries further bytes behind its end")
        return check(found, machine.nodes)
    except Refused as error:
        error.written = written_by(stream)
        raise
