"""An ONNX graph is opened: what it computes of its own numbers alone is asked for under a limit first.

ONNX Runtime computes such parts while it opens a graph, and nothing can end it there.
"""

from __future__ import annotations

from typing import Any

from core.errors import ModelError
from core.loading.formats.onnx_fields import File
from core.models import onnx_once
from core.models.onnx_model import zeros

_FORMS = (b"Shape", b"Size")
"""What they say of an input may be fixed by the graph."""


def opened(data: bytes, file: File) -> Any:
    """A session for a graph that was checked.

    Parameters
    ----------
    data : bytes
    file : File
        What the check met.

    Returns
    -------
    onnxruntime.InferenceSession
        One that computes nothing ahead, where that could not be tried.

    Raises
    ------
    ModelError
        If one row takes too long.
    """
    if not (file.inner or _has_fixed(file)):
        return _session(data)
    careful = _session(data, ["ConstantFolding"])
    if file.inner or not _tried(careful):  # a branch that no row takes is computed ahead, too
        return careful
    del careful
    return _session(data)


def _has_fixed(file: File) -> bool:
    """True if an operator takes nothing that comes from the rows."""
    moving = file.given - file.tensors
    for kind, inputs, outputs in file.nodes:
        if kind in _FORMS or moving.isdisjoint(inputs):
            if kind != b"Constant":
                return True
        else:
            moving.update(outputs)
    return False


def _tried(session: Any) -> bool:
    """Ask for one row; False if the graph does not say how wide it is, or cannot answer zeros."""
    inputs = session.get_inputs()
    try:
        width = len(inputs) if len(inputs) > 1 else int(inputs[0].shape[1])
        feeds = zeros(session, width)
    except (ModelError, IndexError, TypeError, ValueError):  # the adapter says what such a graph lacks
        return False
    try:
        onnx_once.answer(session, [item.name for item in session.get_outputs()], feeds)
    except ModelError:
        raise
    except Exception:  # a dozen classes of ONNX Runtime without a common root
        return False
    return True


def _session(data: bytes, without: list[str] | None = None) -> Any:
    """A session of one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(data, options, providers=providers, disabled_optimizers=without)
