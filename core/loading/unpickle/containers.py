"""Decompression with a limit: zlib, gzip, bz2, lzma, xz, lz4 and joblib's old Z-file."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Any

from core.loading.unpickle.inert import Refused

MAX_BYTES = 1 << 30
MAX_RATIO = 200
_FREE = 64 << 20
_CHUNK = 1 << 20
_ZFILE = b"ZF"
_ZFILE_HEAD = len(_ZFILE) + len(hex(2**64))


def limit_for(size: int) -> int:
    """Bytes that a compressed file of this size may open to."""
    return min(MAX_BYTES, max(_FREE, size * MAX_RATIO))


def unpack(data: bytes) -> bytes:
    """The pickle stream inside a file, decompressed once where it is compressed.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    bytes
        The same object when nothing is compressed.

    Raises
    ------
    Refused
        If it opens to more than allowed, is broken, or carries bytes behind its end.
    """
    for magic, opener in _OPENERS:
        if data.startswith(magic):
            return _bounded(data, opener)
    if data.startswith(_ZFILE):
        return _zfile(data)
    if data.startswith(b"\x04\x22\x4d\x18"):
        return _lz4(data)
    return data


def _bounded(data: bytes, opener: Callable[[], Any]) -> bytes:
    """Run a decompressor object chunk by chunk until its end, never past the limit."""
    worker, limit = opener(), limit_for(len(data))
    found, pending = bytearray(), data
    try:
        while not worker.eof:
            part = worker.decompress(pending, _CHUNK)
            found += part
            if len(found) > limit:
                raise Refused(f"it opens to more than {limit >> 20} MB")
            pending = getattr(worker, "unconsumed_tail", b"")
            if not part and not pending and (worker.eof or getattr(worker, "needs_input", True)):
                break
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise Refused(f"its compression is broken ({error})") from error
    if not worker.eof:
        raise Refused("its compression ends too early", cut=True)
    if worker.unused_data:
        raise Refused("it carries further bytes behind its end")
    return bytes(found)


def _zfile(data: bytes) -> bytes:
    """Read joblib's form before 0.10: the size in hexadecimal digits, then zlib."""
    digits = data[len(_ZFILE) : _ZFILE_HEAD].strip()
    if not re.fullmatch(rb"0x[0-9a-f]{1,16}L?", digits):
        raise Refused("its compression is broken (a size that is none)")
    found = _bounded(data[_ZFILE_HEAD:].removeprefix(b" "), zlib.decompressobj)
    if len(found) != int(digits.rstrip(b"L"), 16):
        raise Refused("its compression is broken (another size than it says)")
    return found


def _lz4(data: bytes) -> bytes:
    """The frame format of lz4."""
    try:
        import lz4.frame
    except ImportError:
        raise Refused("it is compressed with lz4, which is not installed here") from None

    return _bounded(data, lz4.frame.LZ4FrameDecompressor)


_OPENERS: tuple[tuple[bytes, Callable[[], Any]], ...] = (
    (b"x\x01", zlib.decompressobj),
    (b"x\x5e", zlib.decompressobj),
    (b"x\x9c", zlib.decompressobj),
    (b"x\xda", zlib.decompressobj),
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
    (b"\x5d\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO)),
)
