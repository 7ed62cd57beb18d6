"""Formats that are known by their first bytes and not looked into: TIFF, AVIF, HEIF, MP4, MOV, WebM, MKV, AVI."""

from collections.abc import Callable

from diffusion_toolkit.formats.container import Draft, Format

_STILL_BRANDS = {b"avif": "avif", b"avis": "avif", b"heic": "heif", b"heix": "heif", b"mif1": "heif", b"msf1": "heif"}


def _nothing(draft: Draft) -> None:
    """Its metadata is not read; that is no fault of the file."""


def _brand(head: bytes) -> str | None:
    """Which of the ISO base media formats this is."""
    if head[4:8] != b"ftyp":
        return None
    major = head[8:12]
    if major in (b"mif1", b"msf1") and b"avif" in head[16:64]:
        return "avif"
    return _STILL_BRANDS.get(major) or ("mov" if major == b"qt  " else "mp4")


def _matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "webm" if b"webm" in head else "mkv"


def _is(kind: Callable[[bytes], str | None], slug: str) -> Callable[[bytes], bool]:
    return lambda head: kind(head) == slug


TIFF = Format(
    slug="tiff",
    title="TIFF",
    extensions=(".tif", ".tiff"),
    matches=lambda head: head.startswith((b"II*\0", b"MM\0*")),
    read=_nothing,
)
AVIF = Format(slug="avif", title="AVIF", extensions=(".avif",), matches=_is(_brand, "avif"), read=_nothing)
HEIF = Format(slug="heif", title="HEIF", extensions=(".heif", ".heic"), matches=_is(_brand, "heif"), read=_nothing)
MP4 = Format(slug="mp4", title="MP4", extensions=(".mp4", ".m4v"), matches=_is(_brand, "mp4"), read=_nothing)
MOV = Format(slug="mov", title="QuickTime", extensions=(".mov",), matches=_is(_brand, "mov"), read=_nothing)
WEBM = Format(slug="webm", title="WebM", extensions=(".webm",), matches=_is(_matroska, "webm"), read=_nothing)
MKV = Format(slug="mkv", title="Matroska", extensions=(".mkv",), matches=_is(_matroska, "mkv"), read=_nothing)
AVI = Format(
    slug="avi",
    title="AVI",
    extensions=(".avi",),
    matches=lambda head: head[:4] == b"RIFF" and head[8:12] == b"AVI ",
    read=_nothing,
)
