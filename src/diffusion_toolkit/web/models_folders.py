"""What the HTTP interface takes and answers about roots, folders and scans of them."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, Id, Moment, Phase

FolderPath = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]
FolderName = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\x00]+$")]
Watching = Literal["events", "polling", "off"]
Reach = Literal["no", "folder", "tree"]
MOST_FOLDERS = 10_000


class RootAnswer(Answer):
    """A root: a folder of the library with what lies below."""

    id: int
    path: str
    state: Literal["available", "unavailable"]
    images: Annotated[int, Field(description="Pictures that are there, hidden ones included.")]
    scanned_at: Moment | None
    recursive: Annotated[bool, Field(description="With all folders below it.")]
    watched: Annotated[bool, Field(description="What happens in it is to be taken over at once.")]
    watching: Annotated[Watching, Field(description="How that is done now.")]
    watching_reason: Annotated[str | None, Field(description="Why not by events, or why not at all.")]
    folder_id: Annotated[int | None, Field(description="Its topmost folder.")]


class NewRoot(Asked):
    """A folder to add."""

    path: FolderPath
    recursive: bool = True
    watched: bool = True


class RootChange(Asked):
    """What to change of a root. path: where its files are now; force: take it though none of them is there."""

    path: FolderPath | None = None
    force: bool = False
    recursive: bool | None = None
    watched: bool | None = None


class FolderAnswer(Answer):
    """A folder inside a root."""

    id: int
    root_id: int
    parent_id: int | None
    name: str
    path: str
    images: Annotated[int, Field(description="Pictures shown, in the folder itself.")]
    images_below: Annotated[int, Field(description="With all folders below.")]
    excluded: Annotated[Reach, Field(description="What was said of this folder.")]
    archived: Reach
    is_excluded: Annotated[bool, Field(description="Holds for it, also by a folder above.")]
    is_archived: bool
    available: Annotated[bool, Field(description="Its root can be reached.")]
    missing: Annotated[bool, Field(description="It was gone at the last look.")]


class NewFolderAnswer(Answer):
    """A folder on the disk that no scan has seen yet. passed_over: scans do not look into it."""

    name: str
    passed_over: bool


class OpenFolderAnswer(Answer):
    """A folder, the known folders in it, and those that were never scanned."""

    folder: FolderAnswer
    folders: list[FolderAnswer]
    never_scanned: list[NewFolderAnswer]


class NewFolder(Asked):
    """A folder to make."""

    parent_id: Id
    name: FolderName


class FolderChange(Asked):
    """A new name, or a folder to move it into; one of the two."""

    name: FolderName | None = None
    to_folder_id: Id | None = None


class MarkRequest(Asked):
    """Folders to exclude or archive, or to take back ("no"; with `below`, every folder below too)."""

    folder_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_FOLDERS)]
    excluded: Reach | None = None
    archived: Reach | None = None
    below: bool = False


class FolderWrittenAnswer(Answer):
    """What was done: searches with `after=token` see it; `journal` undoes it."""

    folder_id: int | None
    journal: int | None
    token: int
    message: Annotated[str | None, Field(description="What the user should know of it.")] = None


class ScanRequest(Asked):
    """What to scan, and how deep (both phases when absent).

    Roots (all when nothing is named), or folders with all below them, or images: by number, or those of a selection.
    again: read also what was read before.
    """

    root_ids: Annotated[list[Id], Field(max_length=1000)] | None = None
    folder_ids: Annotated[list[Id], Field(max_length=MOST_FOLDERS)] | None = None
    image_ids: Annotated[list[Id], Field(max_length=MOST_IDS)] | None = None
    selection: Annotated[str, Field(max_length=100)] | None = None
    again: bool = False
    phases: Annotated[list[Phase], Field(min_length=1, max_length=2)] | None = None
