"""Reads a file at the positions asked for, so that pixel data need not be read at all."""

import hashlib
import os
from collections.abc import Callable, Iterable

END_BYTES = 64 * 1024
"""How much of the beginning and of the end goes into digests; also what is read ahead."""

ReadAt = Callable[[int, int], bytes]


class Source:
    """The bytes of one file: `read(offset, count)` gives fewer only at the end of the file."""

    __slots__ = ("_head", "_read_at", "size")

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self._read_at = read_at
        self.size = size
        self._head = read_at(0, min(size, END_BYTES))

    @classmethod
    def of_bytes(cls, data: bytes) -> "Source":
        """Bytes already in memory."""
        return cls(lambda offset, count: data[offset : offset + count], len(data))

    @classmethod
    def of_descriptor(cls, descriptor: int, size: int) -> "Source":
        """An open file; it stays the caller's to close."""

        def read_at(offset: int, count: int) -> bytes:
            data = _read_at(descriptor, offset, count)
            if len(data) == count or not data:
                return data
            parts = [data]
            while data and (count := count - len(data)) > 0:
                offset += len(data)
                parts.append(data := _read_at(descriptor, offset, count))
            return b"".join(parts)

        return cls(read_at, size)

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return self._head

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset` on."""
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        if offset + count <= len(self._head):
            return self._head[offset : offset + count]
        return self._read_at(offset, count)

    def fingerprint(self) -> bytes:
        """16 bytes over size, head and tail: equal for equal files, and cheap for a film of gigabytes."""
        return self.digest_of([(0, self.size)])

    def digest_of(self, spans: Iterable[tuple[int, int]]) -> bytes:
        """16 bytes over the joined spans (offset, count): their length, first and last 64 KiB.

        How the bytes are cut into spans does not matter, so a program that only re-chunks keeps the digest.
        """
        known = list(spans)
        total = sum(count for _, count in known)
        digest = hashlib.blake2b(total.to_bytes(8, "little"), digest_size=16)
        for offset, count in _first(known, END_BYTES):
            digest.update(self.read(offset, count))
        for offset, count in _last(known, END_BYTES):
            digest.update(self.read(offset, count))
        return digest.digest()


def _first(spans: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    for offset, count in spans:
        if wanted <= 0:
            break
        taken.append((offset, min(count, wanted)))
        wanted -= count
    return taken


def _last(spans: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    for offset, count in reversed(spans):
        if wanted <= 0:
            break
        part = min(count, wanted)
        taken.append((offset + count - part, part))
        wanted -= count
    return taken[::-1]


def _seek_and_read(descriptor: int, offset: int, count: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, count)


def _pread(descriptor: int, offset: int, count: int) -> bytes:
    return os.pread(descriptor, count, offset)


_read_at = _pread if hasattr(os, "pread") else _seek_and_read
