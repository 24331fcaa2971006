"""What a person reads of an ONNX graph that ONNX Runtime cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelError
from core.loading.models import read_model
from tests.security import hostile_sizes


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("onnx-size-filled-beyond.onnx", "operator ConstantOfShape do not fit each other"),
        ("onnx-size-counted-never.onnx", "cannot run it: delta in Range operator"),
        ("onnx-place-taken.onnx", "cannot run it: indices element out of data bounds"),
    ],
)
def test_it_names_the_operator_or_the_reason_and_no_codes(tmp_path: Path, name: str, words: str) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    files = dict(hostile_sizes.cases(tmp_path))
    with pytest.raises(ModelError) as told:
        read_model(files[name], name)
    assert words in told.value.why
    assert not [code for code in ("ONNXRuntimeError", "status code", "::", "..", "!.") if code in told.value.why]
