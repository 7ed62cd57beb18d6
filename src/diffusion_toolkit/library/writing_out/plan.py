"""Works out what writing tags and captions out would do. Nothing is touched by planning."""

import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.formats import REGISTRY, Container, Text
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.library.actions import pictures
from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import devices
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.operations import Step
from diffusion_toolkit.library.files.places import is_plain
from diffusion_toolkit.library.files.plan import place_of, rows_of
from diffusion_toolkit.library.files.sidecars import pictures_of_stem
from diffusion_toolkit.library.writing_out import picture_files, sidecar_files
from diffusion_toolkit.library.writing_out.texts import ENDINGS, Existing, Form, Said, TextOptions, said, sidecar_text
from diffusion_toolkit.media.describing import WRITERS
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import described
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation
from diffusion_toolkit.store.file_rows import FileRow

ACTION: Final = "files.write_out"
AT_ONCE: Final = 1_000
LARGEST_SIDECAR: Final = 2**20

_WRITABLE: Final = frozenset(ending for form in REGISTRY if form.slug in WRITERS for ending in form.extensions)

What = Literal["tags", "caption", "both"]
"""Of what is written into pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarOptions:
    """Text files beside the pictures. ending: one of those of the form, None for the usual one."""

    form: Form = "tags"
    ending: str | None = None
    existing: Existing = "skip"
    text: TextOptions = field(default_factory=TextOptions)

    def __post_init__(self) -> None:
        if self.ending is not None and self.ending not in ENDINGS[self.form]:
            raise UsageError(f"Files of this form end in {' or '.join(ENDINGS[self.form])}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOptions:
    """Keywords and descriptions in the pictures themselves. existing: append puts keywords beside those that are there;
    keep_time: of the last change of the files.
    """

    what: What = "both"
    existing: Literal["overwrite", "append"] = "overwrite"
    keep_time: bool = False
    text: TextOptions = field(default_factory=TextOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What becomes of one picture. path: the file that is written, stored form; operation: None when nothing is;
    problem: why, where that is not simply because there is nothing to say or to change.
    """

    image_id: int
    path: str
    operation: NewOperation | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What writing out would do."""

    items: tuple[Item, ...]

    @property
    def operations(self) -> list[NewOperation]:
        """What is to be done."""
        return [item.operation for item in self.items if item.operation is not None]

    @property
    def problems(self) -> list[Item]:
        """What cannot be done, and why."""
        return [item for item in self.items if item.problem is not None]

    @property
    def sentence(self) -> str:
        """What it did, once it is done."""
        kinds = {operation.kind for operation in self.operations}
        where = "into" if kinds == {picture_files.KIND} else "beside"
        return f"Wrote tags and captions {where} {pictures(len(self.operations))}"


def plan_sidecars(collection: Collection, image_ids: Sequence[int], options: SidecarOptions) -> Plan:
    """What writing text files beside these pictures would do. One that says how a picture was made is never touched."""
    return _plan(collection, image_ids, options.text, lambda row, words: _sidecar(row, words, options))


def plan_into_pictures(collection: Collection, image_ids: Sequence[int], options: PictureOptions) -> Plan:
    """What writing keywords and descriptions into these pictures would do."""
    return _plan(collection, image_ids, options.text, lambda row, words: _into(row, words, options))


def _plan(
    collection: Collection,
    image_ids: Sequence[int],
    options: TextOptions,
    one: Callable[[FileRow, Said], Item],
) -> Plan:
    rows, _ = rows_of(collection, image_ids)
    items: list[Item] = []
    taken: set[str] = set()
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        ids = [row.id for row in some]
        with collection.begin() as connection:
            tags, captions = described.tags(connection, ids), described.captions(connection, ids)
        for row in some:
            words = said(tags.get(row.id, []), captions.get(row.id, ""), options)
            item = _tried(row, words, one)
            if item.operation is not None and item.path in taken:
                item = Item(image_id=row.id, path=item.path, problem="Another picture writes the same file.")
            taken.add(item.path)
            items.append(item)
    return Plan(items=tuple(items))


def _tried(row: FileRow, words: Said, one: Callable[[FileRow, Said], Item]) -> Item:
    picture = f"{place_of(row).rstrip('/')}/{row.name}"
    try:
        if not row.available or row.missing:
            raise NotMoved("The file is not there now. Is its drive connected?")
        if not is_plain(system_name(place_of(row))):
            raise NotMoved("Its folder lies behind a symbolic link; files are only written inside the library.")
        return one(row, words)
    except (NotMoved, UsageError) as error:
        return Item(image_id=row.id, path=picture, problem=str(error))
    except OSError as error:
        return Item(image_id=row.id, path=picture, problem=str(disk.told(error)))


def _sidecar(row: FileRow, words: Said, options: SidecarOptions) -> Item:
    folder, name = system_name(place_of(row)), system_name(row.name)
    ending = options.ending or ENDINGS[options.form][0]
    path = os.path.join(folder, os.path.splitext(name)[0] + ending)
    if others := pictures_of_stem(folder, name):
        shared = printable(stored_name(os.path.basename(path)))
        raise NotMoved(f"{shared} would belong to {printable(stored_name(others[0]))} as well.")
    before = _read(path)
    if before is not None:
        _refuse_recipe(row.name, path, ending, before)
    if words.is_empty or (before is not None and options.existing == "skip"):
        return Item(image_id=row.id, path=stored_name(path))
    had = decoded(before) if before is not None and options.existing == "append" else None
    text = sidecar_text(options.form, words, had)
    text = f"{text}\n" if text and not text.endswith("\n") else text
    if not text or (before is not None and text.encode() == before):
        return Item(image_id=row.id, path=stored_name(path))
    details: dict[str, JsonValue] = {"text": text, "had": None if before is None else b64encode(before).decode()}
    return _item(row, sidecar_files.KIND, path, details)


def _into(row: FileRow, words: Said, options: PictureOptions) -> Item:
    path = os.path.join(system_name(place_of(row)), system_name(row.name))
    if os.path.splitext(path)[1].lower() not in _WRITABLE:
        raise NotMoved("Tags and captions are written into PNG, JPEG and WebP files only. Write them beside it.")
    tags: list[JsonValue] | None = [*words.tags] if options.what != "caption" and words.tags else None
    text = words.caption if options.what != "tags" and words.caption else None
    if tags is None and text is None:
        return Item(image_id=row.id, path=stored_name(path))
    details: dict[str, JsonValue] = {
        "tags": tags,
        "text": text,
        "append": options.existing == "append",
        "keep_time": options.keep_time,
    }
    return _item(row, picture_files.KIND, path, details)


def _item(row: FileRow, kind: str, path: str, details: dict[str, JsonValue]) -> Item:
    stored = stored_name(path)
    operation = NewOperation(
        kind=kind,
        image_id=row.id,
        source_path=stored,
        target_path=None,
        details={**details, "files": [Step(source=path, target=path).as_json()], "roots": devices(row.root)},
    )
    return Item(image_id=row.id, path=stored, operation=operation)


def _read(path: str) -> bytes | None:
    """What a sidecar says; None when it is not there. Raises NotMoved for one that is no small ordinary file."""
    if not disk.is_there(path):
        return None
    size, _ = disk.signature(path)
    if size > LARGEST_SIDECAR:
        raise NotMoved("The file beside it is too large to be written over.")
    with open(path, "rb") as file:
        return file.read()


def _refuse_recipe(picture: str, path: str, ending: str, content: bytes) -> None:
    """Raise NotMoved for a sidecar that says how its picture was made."""
    slug = ending.removeprefix(".")
    text = Text(key=slug, value=decoded(content.removeprefix(b"\xef\xbb\xbf")), source=f"sidecar:{slug}")
    if record_of(Container(name=picture, texts=(text,))).recipe is not None:
        name = printable(stored_name(os.path.basename(path)))
        raise NotMoved(f"{name} says how the picture was made; nothing is written over it.")
