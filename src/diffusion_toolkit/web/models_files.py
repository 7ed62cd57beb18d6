"""What the HTTP interface takes and answers about files: moving, naming, deleting, opening."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, Id, ToldAnswer
from diffusion_toolkit.web.models_curation import Chosen

Clash = Annotated[
    Literal["number", "refuse"],
    Field(description='Where a file of the name is there already: take "name (2)", or leave that picture.'),
]
DryRun = Annotated[bool, Field(description="Only say what would be done.")]
FileName = Annotated[str, Field(min_length=1, max_length=1_000)]


class TargetFolder(Asked):
    """A folder of the library: by its number, or by a root and a path in it ("" is the root itself)."""

    folder_id: Id | None = None
    root_id: Id | None = None
    path: Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")] | None = None


class MoveRequest(Chosen):
    """Images, and the folder to move or copy them to."""

    to: TargetFolder
    clash: Clash = "number"
    dry_run: DryRun = False


class RenameFilesRequest(Chosen):
    """Images, and their names: `name` for one, its ending is kept; or a `pattern` for many, as "{date} {index:4}"."""

    name: FileName | None = None
    pattern: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    first: Annotated[int, Field(ge=0, le=10**9, description="The first {index}.")] = 1
    clash: Clash = "refuse"
    dry_run: DryRun = False


class DeleteRequest(Chosen):
    """Images, or all that are marked for deletion, and what to do with their files."""

    marked: Annotated[bool, Field(description="All that are marked for deletion, instead of naming images.")] = False
    how: Annotated[
        Literal["trash", "for_good", "entry"],
        Field(description="The system's trash; the disk, for good; or only the entry, the file stays."),
    ]
    expected: Annotated[
        int | None,
        Field(ge=0, description="How many images the user agreed to; refused when it is another number now."),
    ] = None
    dry_run: DryRun = False


class OpenRequest(Asked):
    """Images to open with a program of the list."""

    image_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    program: Annotated[str, Field(min_length=1, max_length=200, description="Its name on the list.")]


class ShowRequest(Asked):
    """An image whose file the file manager should show, or a folder of the library that it should open."""

    image_id: Id | None = None
    folder_id: Id | None = None


class TakeInRequest(Asked):
    """A root whose removed entries scans should take in again."""

    root_id: Id


class ProgramAnswer(Answer):
    """A program on the list of those that may open pictures."""

    name: str


class ProgramsAnswer(Answer):
    """The programs of the list, in its order. here: whether the visitor sits at this machine, where they open."""

    here: bool
    programs: list[ProgramAnswer]


class FileProblem(Answer):
    """What went wrong with one file, or what to know of it."""

    image_id: int | None
    path: str
    message: str
    told: Annotated[ToldAnswer | None, Field(description="The message for other languages than English.")] = None
    failed: Annotated[bool, Field(description="The file is as it was.")]


class FilePreview(Answer):
    """What would become of one picture."""

    image_id: int
    source: str
    target: str | None
    with_it: Annotated[list[str], Field(description="Names of the files that go along.")]
    problem: Annotated[str | None, Field(description="Why it stays.")]
    taken: Annotated[bool, Field(description="It stays because a file of its name is there already.")]


class PlanAnswer(Answer):
    """What an action would do: numbers of all, details of the first hundred."""

    pictures: int
    stay: Annotated[int, Field(description="How many stay where they are, each with its problem.")]
    unknown: Annotated[int, Field(description="Numbers that stand for no image.")]
    items: list[FilePreview]


class FilesAnswer(Answer):
    """How an action on files went, or goes in the background while `left` is not 0.

    token: searches with `after=token` see what is done so far; journal: undoes it, null when nothing was done.
    """

    journal: int | None
    token: int | None
    total: int
    done: int
    failed: int
    left: int
    problems: list[FileProblem]
    image_ids: Annotated[list[int], Field(description="The first of the images that were changed.")]
    plan: Annotated[PlanAnswer | None, Field(description="Instead of all that, for a dry run.")] = None


class MarkedAnswer(Answer):
    """How many images are marked for deletion, apart from missing ones."""

    count: int


class PathsAnswer(Answer):
    """Paths of images as one reads them, in order."""

    paths: list[str]


class NameProblem(Answer):
    """A name that no file of the library can have, and why."""

    name: str
    message: str


class AddCheckRequest(Asked):
    """Names of files that are to be put into a folder."""

    folder_id: Id
    names: Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1, max_length=10_000)]


class AddCheckAnswer(Answer):
    """Names that the folder has already, and those that it cannot take."""

    taken: list[str]
    refused: list[NameProblem]


class PathsRequest(Chosen):
    """Images whose paths are wanted."""


class TakenInAnswer(Answer):
    """How many files the next scan takes in again."""

    files: int


MOST_PATHS = MOST_IDS
