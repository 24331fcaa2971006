"""Zip archives that hold models: skops and Keras are read; PyTorch and others are named."""

from __future__ import annotations

import io
import stat
import zipfile

from core.errors import ModelError

MEMBERS = 20_000
OPENED = 512 * 1024 * 1024
_MARK, _END = b"PK\x05\x06", 22
"""How an archive's last part begins, and its bytes without a comment."""


def members(data: bytes, name: str) -> dict[str, int]:
    """Names and opened sizes of an archive's members.

    Raises
    ------
    ModelError
        If it is damaged, holds too much, or a path leaves the archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            found = {item.filename: item.file_size for item in listed}
            end = _END + len(archive.comment)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ModelError(
            f"'{name}' is a damaged archive.", f"{str(error)[:120]}.", "Save or download it again."
        ) from error
    if data[len(data) - end :][: len(_MARK)] != _MARK:
        raise ModelError(
            f"'{name}' is refused.", "Other bytes follow the end of its archive.", "Save the model again yourself."
        )
    if len(found) > MEMBERS or sum(found.values()) > OPENED:
        raise ModelError(
            f"'{name}' opens to too much.",
            f"{len(found):,} members and {sum(found.values()) / 1e6:,.0f} MB; {OPENED / 1e6:,.0f} MB are allowed.",
            "Use a smaller model.",
        )
    if len(found) != len(listed) or any(stat.S_ISLNK(item.external_attr >> 16) for item in listed):
        raise ModelError(
            f"'{name}' is refused.",
            "A name in it stands twice, or is a link to another place.",
            "Save the model again yourself.",
        )
    outside = [path for path in found if path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/")]
    if outside:
        raise ModelError(
            f"'{name}' is refused.", "A path inside it leaves the archive.", "Save the model again yourself."
        )
    return found


def format_of(data: bytes, name: str) -> str:
    """``"skops"``, ``"keras"``, or a refusal that names what the archive holds.

    Raises
    ------
    ModelError
        If it is neither.
    """
    found = members(data, name)
    if "schema.json" in found:
        return "skops"
    seems, hint = "an archive without a model that is known here", "Upload the model's own file."
    if "config.json" in found and "metadata.json" in found:
        return "keras"
    if any(path.endswith("data.pkl") for path in found):
        seems, hint = "a PyTorch model", "Export it as ONNX (torch.onnx.export)."
    elif any(path.endswith(".npy") for path in found):
        seems, hint = "a file of NumPy arrays", "Upload the fitted model."
    elif "xl/workbook.xml" in found:
        seems, hint = "an Excel workbook", "Upload it as the table."
    elif any(path.endswith("MLmodel") for path in found):
        seems, hint = "an MLflow folder", "Upload the model file inside it."
    raise ModelError(f"'{name}' is {seems}.", "It is not read here.", hint)
