"""Bytes to text, for files that say nothing, or the wrong thing, about their encoding."""


def decoded(data: bytes) -> str:
    """UTF-8 where it is UTF-8, else Latin-1, which never fails. Many programs put UTF-8 where Latin-1 belongs."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def utf16(data: bytes, *, little_endian: bool) -> str:
    """UTF-16 of unknown byte order; `little_endian` is believed only when the text itself does not tell.

    Generation texts are mostly ASCII, so the order with more zero bytes in the upper half is the right one.
    """
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", "replace")
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    zeros_first, zeros_second = data[0::2].count(0), data[1::2].count(0)
    if zeros_first == zeros_second == 0 and b" " in data and _is_utf8(data):
        return data.decode("utf-8")
    data = data[: len(data) & ~1]
    if zeros_first != zeros_second:
        little_endian = zeros_second > zeros_first
    return data.decode("utf-16-le" if little_endian else "utf-16-be", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def looks_like_utf16(data: bytes) -> bool:
    """Whether about every second byte is zero, as in UTF-16 of plain English."""
    sample = data[:4096]
    return len(sample) >= 8 and sample.count(0) * 3 > len(sample)
