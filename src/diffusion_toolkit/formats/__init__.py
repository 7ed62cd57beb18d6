"""From a file to a container: its format by content, its texts, its digests. Knows no generator.

A new format is one file here and one line in `REGISTRY`.
"""

import os
import stat

from diffusion_toolkit.formats.avi import AVI
from diffusion_toolkit.formats.avif import AVIF, HEIF
from diffusion_toolkit.formats.bmp import BMP
from diffusion_toolkit.formats.container import Container, Draft, Format, Text
from diffusion_toolkit.formats.gif import GIF
from diffusion_toolkit.formats.jpeg import JPEG
from diffusion_toolkit.formats.matroska import MKV, WEBM
from diffusion_toolkit.formats.mp4 import MOV, MP4
from diffusion_toolkit.formats.png import PNG
from diffusion_toolkit.formats.sidecars import caption_among, read_shared_sidecar, read_sidecars
from diffusion_toolkit.formats.source import OPEN_FLAGS, Source
from diffusion_toolkit.formats.stealth import read_hidden
from diffusion_toolkit.formats.tiff import TIFF
from diffusion_toolkit.formats.webp import WEBP

__all__ = [
    "REGISTRY",
    "VIDEO_FORMATS",
    "Container",
    "Format",
    "Source",
    "Text",
    "caption_among",
    "read_bytes",
    "read_container",
    "read_hidden",
    "read_shared_sidecar",
    "read_sidecars",
    "read_source",
    "video_tags",
]

REGISTRY: tuple[Format, ...] = (PNG, JPEG, WEBP, AVIF, HEIF, GIF, TIFF, BMP, MP4, MOV, WEBM, MKV, AVI)

VIDEO_FORMATS = ("mp4", "mov", "webm", "mkv", "avi")


def video_tags(*names: str) -> tuple[str, ...]:
    """The sources of these tags in every video format: video_tags("comment") is "mp4:comment", "mov:comment" …"""
    return tuple(f"{slug}:{name}" for name in names for slug in VIDEO_FORMATS)


_MAGIC_BYTES = 64
_CLAIMED = {extension: form for form in reversed(REGISTRY) for extension in form.extensions}


def read_container(path: str | os.PathLike[str]) -> Container:
    """What a file holds. Raises nothing: what cannot be opened or read becomes the container's one problem."""
    given = os.fspath(path)
    try:
        descriptor = os.open(given, OPEN_FLAGS)
    except ValueError:
        return Container(problems=("This is not a file name.",))
    except OSError as error:
        return _unopened(given, error)
    size = 0
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Container(problems=(_not_regular(status.st_mode),))
        size = status.st_size
        if size == 0:
            return Container(problems=("This file is empty.",))
        return read_source(
            Source.of_descriptor(descriptor, size),
            name=_base_name(given),
        )
    except OSError as error:
        return Container(size_bytes=size, problems=(_system_problem(error),))
    finally:
        os.close(descriptor)


def _base_name(path: str) -> str:
    """The file's own name: what `os.path.basename` gives, without the calls of Python functions it takes."""
    return os.path.basename(path) if os.name == "nt" else path[path.rfind("/") + 1 :]


def _unopened(path: str, error: OSError) -> Container:
    """What can be told of a file that cannot be opened: Windows opens no folder, and no system opens a socket."""
    try:
        status = os.stat(path)
    except OSError:
        return Container(problems=(_system_problem(error),))
    if not stat.S_ISREG(status.st_mode):
        return Container(problems=(_not_regular(status.st_mode),))
    return Container(size_bytes=status.st_size, problems=(_system_problem(error),))


def read_bytes(data: bytes, *, name: str = "") -> Container:
    """What these bytes hold, as if they were a file of this name."""
    return read_source(Source.of_bytes(data), name=name)


def read_source(source: Source, *, name: str) -> Container:
    """What a source holds. The format is told by content; the name only serves to say that its extension is wrong."""
    head = source.head[:_MAGIC_BYTES]
    for form in REGISTRY:
        if form.matches(head):
            break
    else:
        problem = "This file is not a picture or film in a format we know." if head else "This file is empty."
        return Container(name=name, size_bytes=source.size, fingerprint=source.fingerprint(), problems=(problem,))
    draft = Draft(source)
    form.read(draft)
    return Container(
        name=name,
        size_bytes=source.size,
        format=form.slug,
        width=draft.width,
        height=draft.height,
        duration_s=draft.duration_s,
        codec=draft.codec,
        audio_codec=draft.audio_codec,
        frame_rate=draft.frame_rate,
        texts=tuple(draft.texts),
        fingerprint=source.fingerprint(),
        pixels=source.digest_of(draft.pixel_spans) if draft.pixel_spans else None,
        problems=_problems(form, draft, name),
    )


def _problems(form: Format, draft: Draft, name: str) -> tuple[str, ...]:
    if draft.damage:
        return (draft.damage,)
    if name.endswith(form.extensions):
        return ()
    extension = os.path.splitext(name)[1].lower()
    claimed = _CLAIMED.get(extension)
    if claimed is not None and claimed is not form:
        return (f"This is a {form.title} file with the extension {extension}.",)
    return ()


def _not_regular(mode: int) -> str:
    return "This is a folder, not a file." if stat.S_ISDIR(mode) else "This is not an ordinary file."


def _system_problem(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "This file is not there."
    if isinstance(error, PermissionError):
        return "This file cannot be read: permission denied."
    return f"This file cannot be read: {error.strerror or 'the system gave no reason'}."
