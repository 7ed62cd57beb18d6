"""Bytes to text, for files that say nothing, or the wrong thing, about their encoding."""

import re
from codecs import utf_16_be_decode, utf_16_le_decode

_USUAL = re.compile(
    "[\t\n\r\x20-\x7e\u00a0-\u024f\u0370-\u05ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u1e00-\u1eff\u2010-\u2044\u20ac"
    "\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffee\U0001f000-\U0001faff]"
)
"""Letters, signs and pictures of living scripts. Bytes in the wrong order seldom give one."""

_SAMPLE_BYTES = 4096


def decoded(data: bytes) -> str:
    """UTF-8 where it is UTF-8, else Latin-1, which never fails. Many programs put UTF-8 where Latin-1 belongs."""
    try:
        return data.decode("utf-8") if data[:3] != b"\xef\xbb\xbf" else data[3:].decode("utf-8")
    except UnicodeDecodeError as error:
        whole = data[: error.start]
        if error.reason == "unexpected end of data" and not whole.isascii():
            return whole.decode("utf-8")  # cut off within a letter
    try:
        return data.decode("cp1252")  # Latin-1 of Windows: it has quotes and dashes where Latin-1 has controls
    except UnicodeDecodeError:
        return data.decode("latin-1")


def utf16(data: bytes, *, little_endian: bool) -> str:
    """UTF-16 of unknown byte order; `little_endian` is believed only when the text itself does not tell.

    Generation texts are mostly ASCII, so the order with more zero bytes in the upper half is the right one. A text
    of another script has few zeros; there the order that gives the more usual characters is right.
    """
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", "replace")
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    sample = data[: min(_SAMPLE_BYTES, len(data) & ~1)]
    zeros_first, zeros_second = sample[0::2].count(0), sample[1::2].count(0)
    if not zeros_first and not zeros_second and _is_utf8(data):
        return data.decode("utf-8")
    if zeros_first != zeros_second:
        little_endian = zeros_second > zeros_first
    if abs(zeros_first - zeros_second) * 3 < len(sample):  # under two thirds: one sign of Chinese has a zero byte
        little, big = (_usual_share(sample, encoding) for encoding in ("utf-16-le", "utf-16-be"))
        if little != big:
            little_endian = little > big
    decode = utf_16_le_decode if little_endian else utf_16_be_decode  # themselves: finding them by name costs as much
    return decode(data[: len(data) & ~1], "replace")[0]


def unlabelled(data: bytes) -> str:
    """Text that claims no encoding, or one that is often false: UTF-8 or UTF-16, else Latin-1."""
    stripped = data.strip(b"\0")
    if looks_like_utf16(stripped) or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return utf16(data, little_endian=True)
    if not stripped.isascii() and _must_be_utf16(data):
        return utf16(data, little_endian=True)
    return decoded(stripped)


def looks_like_utf16(data: bytes) -> bool:
    """Whether about every second byte is zero, as in UTF-16 of plain English."""
    sample = data[:_SAMPLE_BYTES]
    return len(sample) >= 8 and sample.count(0) * 3 > len(sample)


def is_plain(data: bytes) -> bool:
    """Whether these bytes are text and not data: no control characters among the first 256."""
    return bool(data) and _CONTROLS.search(data, 0, 256) is None


_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LATIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz "


def _must_be_utf16(data: bytes) -> bool:
    """Whether this is UTF-16 of a script without ASCII: no UTF-8, few Latin letters, usual characters."""
    sample = data[: min(_SAMPLE_BYTES, len(data) & ~1)]
    if len(sample) < 8 or len(sample.translate(None, _LATIN)) * 2 < len(sample) or _decodes(data, "utf-8"):
        return False
    return max(_usual_share(sample, encoding) for encoding in ("utf-16-le", "utf-16-be")) > 0.9


def _usual_share(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    return len(_USUAL.findall(text)) / len(text) if text else 0.0


def _is_utf8(data: bytes) -> bool:
    """Whether bytes that claim to be UTF-16 are UTF-8: valid, and no kana, each of which begins with the byte "0"."""
    if b"0" in (data[:1], data[1:2]) and max(data[0::2].count(b"0"), data[1::2].count(b"0")) * 4 > len(data):
        return False
    return (len(data) >= 12 or len(data) % 2 == 1 or b" " in data) and _decodes(data, "utf-8")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
