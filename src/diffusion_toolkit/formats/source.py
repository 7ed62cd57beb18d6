"""Reads a file at the positions asked for, so that pixel data need not be read at all."""

import os
from collections.abc import Callable, Iterable

from xxhash import xxh3_128, xxh3_128_digest

END_BYTES = 64 * 1024
"""How much of the beginning and of the end goes into digests; also what is read ahead."""

_BEFORE_TAIL = 4096
"""Bytes before the last 64 KiB that are read with them: behind the pixels of a PNG stand its end and some headers."""

_WINDOW_BYTES = 4096
_SMALL_READ = 64
"""A read of so few bytes takes a page of the file with it: the next header often stands there."""

OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)
"""Without O_NONBLOCK a pipe would hold us for ever before we see that it is no file."""

ReadAt = Callable[[int, int], bytes]


class Source:
    """The bytes of one file: `read(offset, count)` gives fewer only at the end of the file."""

    __slots__ = ("_read_at", "_tail", "_tail_begin", "_window", "_window_begin", "head", "size")

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self._read_at = read_at
        self._window = b""
        self._window_begin = 0
        self.size = size
        self.head = read_at(0, min(size, END_BYTES))
        """The first 64 KiB."""
        self._tail = b""
        self._tail_begin = max(len(self.head), size - END_BYTES - _BEFORE_TAIL)

    @classmethod
    def of_bytes(cls, data: bytes) -> "Source":
        """Bytes already in memory."""
        return cls(lambda offset, count: data[offset : offset + count], len(data))

    @classmethod
    def of_descriptor(cls, descriptor: int, size: int) -> "Source":
        """An open file; it stays the caller's to close."""

        def read_at(offset: int, count: int) -> bytes:
            data = _read_at(descriptor, offset, count)
            if len(data) == count or not data or offset + len(data) >= size:
                return data
            parts = [data]
            while data and (count := count - len(data)) > 0:
                offset += len(data)
                parts.append(data := _read_at(descriptor, offset, count))
            return b"".join(parts)

        return cls(read_at, size)

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset` on."""
        end = offset + count
        if end <= len(self.head) or self.size <= len(self.head):
            return self.head[offset:end]
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        if offset >= self._tail_begin:
            begin = offset - self._tail_begin
            return self._end()[begin : begin + count]
        if count > _SMALL_READ:
            return self._read_at(offset, count)
        begin = offset - self._window_begin
        if begin < 0 or begin + count > len(self._window):
            self._window = self._read_at(offset, min(_WINDOW_BYTES, self.size - offset))
            self._window_begin, begin = offset, 0
        return self._window[begin : begin + count]

    def _end(self) -> bytes:
        """What is read only once of the end of the file: the fingerprint needs it, and often a digest of pixels."""
        if not self._tail:
            self._tail = self._read_at(self._tail_begin, self.size - self._tail_begin)
        return self._tail

    def fingerprint(self) -> bytes:
        """16 bytes over size, head and tail: equal for equal files, and cheap for a film of gigabytes."""
        if self.size == len(self.head):
            return xxh3_128_digest(self.head, self.size)
        return self.digest_of([(0, self.size)])

    def digest_of(self, spans: Iterable[tuple[int, int]]) -> bytes:
        """16 bytes over the joined spans (offset, count): their length, their first and their last 64 KiB.

        How the bytes are cut into spans does not matter, so a program that only re-chunks keeps the digest.
        """
        known = list(spans)
        total = sum([count for _, count in known])
        ends = known if total <= END_BYTES else [*_first(known), *_last(known)]
        parts = self._parts(ends)
        if len(parts) == 1:
            return xxh3_128_digest(parts[0], total)  # 17 KB in 0.5 us, SHA-256 takes 15; this guards against nobody
        digest = xxh3_128(b"", total)
        for part in parts:
            digest.update(part)
        return digest.digest()

    def _parts(self, spans: list[tuple[int, int]]) -> list[bytes | memoryview]:
        """The bytes of these spans, without a copy of those that were read already."""
        parts: list[bytes | memoryview] = []
        head, head_end, tail_begin = memoryview(self.head), len(self.head), self._tail_begin
        for offset, count in spans:
            end = min(offset + count, self.size)
            if offset < head_end:
                parts.append(head[offset:end])
                offset = head_end
            if offset < min(end, tail_begin):
                parts.append(self._read_at(offset, min(end, tail_begin) - offset))
                offset = tail_begin
            if offset < end:
                parts.append(memoryview(self._end())[offset - tail_begin : end - tail_begin])
        return parts


def _first(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    wanted = END_BYTES
    for offset, count in spans:
        if wanted <= 0:
            break
        taken.append((offset, min(count, wanted)))
        wanted -= count
    return taken


def _last(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    wanted = END_BYTES
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
