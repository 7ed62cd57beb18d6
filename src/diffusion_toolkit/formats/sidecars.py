"""Files beside a picture that say how it was made."""

import os
import stat
from collections.abc import Iterable

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Container, Text
from diffusion_toolkit.formats.folders import SIDECAR_EXTENSIONS, Folder, folder_at
from diffusion_toolkit.formats.source import OPEN_FLAGS
from diffusion_toolkit.formats.text import decoded, looks_like_utf16, utf16

_SLUGS = {".swarm.json": "json", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".txt": "txt", ".caption": "caption"}
_SHARED = "shared"
"""The key of a text that several pictures share; it is a caption of none of them."""

_OPEN_FLAGS = OPEN_FLAGS | getattr(os, "O_NOFOLLOW", 0)


def read_sidecars(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The texts of the files that belong to this picture alone: same name, another extension; JSON comes first.

    `photo.png.json` goes before `photo.json`, which may belong to a `photo.jpg` as well.
    """
    folder_path, name = _split(path)
    folder = _folder(folder_path, container)
    if folder is None or not (folder.names or folder.stale):
        return []
    stem = os.path.splitext(name)[0]
    texts: list[Text] = []
    for extension in SIDECAR_EXTENSIONS:
        for candidate in _candidates(folder, (name, stem), extension):
            value = _read(os.path.join(folder_path, candidate), extension)
            if value:
                slug = _SLUGS[extension]
                texts.append(Text(key=slug, value=value, source=f"sidecar:{slug}"))
    return texts


def read_shared_sidecar(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The text of a `.txt` whose name begins this picture's: one `batch.txt` for `batch-0001.png`, `batch-0002.png`.

    The longest such name counts, and never one that is another picture's own; what follows it must not go on with
    its last word or number: `photo1.txt` is not for `photo10.png`.
    """
    folder_path, name = _split(path)
    folder = _folder(folder_path, container)
    if folder is None or not folder.orphans:
        return []
    stem = os.path.splitext(name)[0]
    for length in range(len(stem) - 1, 0, -1):
        if _is_boundary(stem[length - 1], stem[length]) and (shared := folder.orphans.get(stem[:length])):
            value = _read(os.path.join(folder_path, shared), ".txt")
            return [Text(key=_SHARED, value=value, source="sidecar:txt")] if value else []
    return []


def caption_among(texts: Iterable[Text]) -> str | None:
    """The sidecar text that describes a picture without being a recipe: a caption, or tags for training."""
    own = {text.source: text.value for text in reversed(list(texts)) if text.key != _SHARED}
    for source in ("sidecar:caption", "sidecar:txt"):
        caption = own.get(source, "").replace("\0", "").strip()[: limits.LONGEST_CAPTION].rstrip()
        if caption:
            return caption
    return None


def _split(path: str | os.PathLike[str]) -> tuple[str, str]:
    whole = os.fsdecode(os.fspath(path))
    return os.path.split(whole if os.path.isabs(whole) else os.path.abspath(whole))


def _folder(path: str, container: Container) -> Folder | None:
    return container.once(("sidecars of", path), lambda: folder_at(path))


def _candidates(folder: Folder, stems: tuple[str, str], extension: str) -> list[str]:
    return [name for stem in stems for name in (stem + extension, stem + extension.upper()) if folder.has(name)]


def _is_boundary(before: str, after: str) -> bool:
    return not (before.isdigit() and after.isdigit()) and not (before.isalpha() and after.isalpha())


def _read(path: str, extension: str) -> str:
    """The text of a file, or nothing when it is not there, no ordinary file, no text, or too long to be one."""
    most = limits.LARGEST_TEXT_BYTES if extension.endswith(".json") else limits.LARGEST_SIDECAR_BYTES
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return ""
        descriptor = os.open(path, _OPEN_FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > most:
                return ""
            data = _all(descriptor, status.st_size)
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return ""
    return _text(data)


def _all(descriptor: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _text(data: bytes) -> str:
    """Text in UTF-8, UTF-16 or Latin-1; nothing if it is none: other bytes have zeros between them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or looks_like_utf16(data):
        return utf16(data, little_endian=True)
    text = decoded(data.removeprefix(b"\xef\xbb\xbf"))
    return "" if "\0" in text.rstrip("\0") else text
