"""The part of HDF5 that Keras writes, read in plain Python: groups, and numbers that lie in one piece.

A C library that meets a crafted file may do anything; this reader can only raise. It knows no links out of the file,
no links by name, no filters, no pieces and no virtual data, and refuses them where they are asked for. Nothing is
larger in memory than in the file. Layout: HDF5 File Format Specification 3.0, sections II.A (superblock 0), III.A.1
(B-trees 1), III.B and C (groups, heaps), IV.A (object headers 1).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from core.loading.formats.tree_checks import damaged

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_NOWHERE = (1 << 64) - 1
_MOST_NODES = 10_000
_MOST_MESSAGES = 1_000
_DEEPEST = 32
_SPACE, _KIND, _EXTERNAL, _LAYOUT, _FILTER, _MORE, _GROUP = 0x01, 0x03, 0x07, 0x08, 0x0B, 0x10, 0x11
_NEEDED = (_SPACE, _KIND, _EXTERNAL, _LAYOUT, _FILTER, _MORE, _GROUP)
_FLOATS = {  # size: offset, precision, places and sizes of exponent and mantissa, bias (IEEE 754)
    2: (0, 16, 10, 5, 0, 10, 15),
    4: (0, 32, 23, 8, 0, 23, 127),
    8: (0, 64, 52, 11, 0, 52, 1023),
}


@dataclass(frozen=True, slots=True)
class Hdf5:
    """An opened file.

    Attributes
    ----------
    data : bytes
    name : str
        Of the upload, for messages.
    root : int
        Address of the first group's header.
    groups : dict
        Names in the groups seen so far, by address.
    """

    data: bytes
    name: str
    root: int
    groups: dict[int, dict[bytes, int]] = field(default_factory=dict)

    def array(self, path: str) -> np.ndarray | None:
        """Numbers under a path, as they are stored; None where there is nothing.

        Raises
        ------
        ModelError
            If the file is damaged or uses what Keras never writes.
        """
        try:
            at: int | None = self.root
            for part in path.split("/"):
                at = _child(self, at, part) if at is not None else None
            return None if at is None else _dataset(self, at)
        except (struct.error, ValueError, OverflowError, IndexError) as error:
            raise damaged(self.name, f"The weights cannot be read: {error}") from error

    def part(self, at: int, size: int) -> bytes:
        """Bytes that must be there."""
        if at < 0 or size < 0 or at + size > len(self.data):
            raise ValueError("an address lies outside the file")
        return self.data[at : at + size]

    def unpack(self, form: str, at: int) -> tuple[int, ...]:
        """Little-endian numbers."""
        return struct.unpack(form, self.part(at, struct.calcsize(form)))


def opened(data: bytes, name: str) -> Hdf5:
    """Read the first block of a file.

    Raises
    ------
    ModelError
        If it is no HDF5 file of the form that Keras writes.
    """
    if not data.startswith(_SIGNATURE) or len(data) < 96:
        raise damaged(name, "Its weights are no HDF5 file")
    version, offsets, lengths = data[8], data[13], data[14]
    base, _, end, driver = struct.unpack_from("<4Q", data, 24)
    if (version, offsets, lengths) != (0, 8, 8) or base or driver != _NOWHERE:
        raise damaged(name, "Its weights are stored in a form of HDF5 that Keras does not write")
    if end > len(data):
        raise damaged(name, "Its weights are cut off")
    return Hdf5(data, name, struct.unpack_from("<Q", data, 64)[0])


def _messages(file: Hdf5, at: int) -> dict[int, list[bytes]]:
    """The parts of an object's header that are needed, by kind."""
    version, count, size = file.unpack("<BxHxxxxI", at)
    if version != 1:
        raise ValueError("an object header of another form")
    found: dict[int, list[bytes]] = {kind: [] for kind in _NEEDED}
    blocks, seen = [(at + 16, size)], 0
    for start, length in blocks:
        place, end = start, start + length
        while place + 8 <= end and seen < min(count, _MOST_MESSAGES):
            kind, size, flags = file.unpack("<HHBxxx", place)
            seen += 1
            if kind in _NEEDED:
                if flags & 2:
                    raise ValueError("a header that is shared")
                found[kind].append(file.part(place + 8, size))
            if kind == _MORE:
                blocks.append(struct.unpack("<QQ", found[kind][-1][:16]))
            place += 8 + size
    return found


def _child(file: Hdf5, at: int, name: str) -> int | None:
    """Address of what a group calls by a name."""
    if at not in file.groups:
        file.groups[at] = _names(file, at)
    found = file.groups[at].get(name.encode())
    if found == _NOWHERE:
        raise ValueError("a link by name, which Keras does not write")
    return found


def _names(file: Hdf5, at: int) -> dict[bytes, int]:
    """Addresses of what a group holds; nowhere for a link by name."""
    group = _messages(file, at)[_GROUP]
    if len(group) != 1:
        raise ValueError("a group of another form")
    tree, heap = struct.unpack("<QQ", group[0][:16])
    signature, version, size, _, start = struct.unpack("<4sBxxxQQQ", file.part(heap, 32))
    if signature != b"HEAP" or version != 0:
        raise ValueError("a group without names")
    names = file.part(start, size)
    known = sum(map(len, file.groups.values()))
    found: dict[bytes, int] = {}
    tables = [(place, file.unpack("<H", place + 6)[0]) for place in _leaves(file, tree)]
    if known + sum(count for _, count in tables) > _MOST_NODES:  # one table may stand in the tree ten thousand times
        raise ValueError("more names than a model for tables has")
    for entry in (place + 8 + 40 * n for place, count in tables for n in range(count)):
        offset, header, cached = file.unpack("<QQI", entry)
        found[names[offset : names.index(b"\0", offset)]] = _NOWHERE if cached == 2 else header
    return found


def _leaves(file: Hdf5, root: int) -> list[int]:
    """Addresses of the tables of names below a B-tree's root."""
    found: list[int] = []
    frontier, seen = [root], 0
    for _ in range(_DEEPEST):
        below: list[int] = []
        for at in frontier:
            signature, kind, level, used = struct.unpack("<4sBBH", file.part(at, 8))
            seen += used + 1
            if signature != b"TREE" or kind != 0 or seen > _MOST_NODES:
                raise ValueError("a list of names that is no tree")
            children = [file.unpack("<Q", at + 32 + 16 * place)[0] for place in range(used)]
            (below if level else found).extend(children)
        if not below:
            break
        frontier = below
    if any(file.part(at, 4) != b"SNOD" for at in found):
        raise ValueError("a list of names that is none")
    return found


def _dataset(file: Hdf5, at: int) -> np.ndarray:
    """The numbers of a dataset, in one piece."""
    parts = _messages(file, at)
    if parts[_EXTERNAL] or parts[_FILTER]:
        raise ValueError("numbers that are compressed or lie in another file, which Keras does not write")
    if any(len(parts[kind]) != 1 for kind in (_SPACE, _KIND, _LAYOUT)):
        raise ValueError("an object that holds no numbers")
    shape, kind = _shape(parts[_SPACE][0]), _kind(parts[_KIND][0])
    layout = parts[_LAYOUT][0]
    if layout[0] not in (3, 4) or layout[1] != 1:
        raise ValueError("numbers that are stored in pieces or by reference, which Keras does not write")
    start, size = struct.unpack("<QQ", layout[2:18])
    wanted = kind.itemsize
    for length in shape:
        wanted *= length
    if wanted != size:
        raise ValueError("numbers that do not fill their shape")
    return np.frombuffer(file.part(start, size), kind).reshape(shape)


def _shape(part: bytes) -> tuple[int, ...]:
    """Lengths of the dimensions; none for a single number."""
    version, rank = part[0], part[1]
    if version not in (1, 2) or rank > _DEEPEST or (version == 2 and part[3] > 1):
        raise ValueError("a shape of another form")
    start = 8 if version == 1 else 4
    return struct.unpack(f"<{rank}Q", part[start : start + 8 * rank])


def _kind(part: bytes) -> np.dtype[np.generic]:
    """The type of the numbers: IEEE floats and whole numbers, little-endian."""
    family, bits, size = part[0] & 15, part[1], struct.unpack("<I", part[4:8])[0]
    if family == 1 and not bits & 0x41 and struct.unpack("<HHBBBBI", part[8:20]) == _FLOATS.get(size):
        return np.dtype(f"<f{size}")
    if family == 0 and not bits & 1 and size in (1, 2, 4, 8) and struct.unpack("<HH", part[8:12]) == (0, 8 * size):
        return np.dtype(f"<{'i' if bits & 8 else 'u'}{size}")
    raise ValueError("numbers of a type that Keras does not use for tables")
