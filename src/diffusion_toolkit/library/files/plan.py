"""Works out what moving, copying, renaming or deleting pictures would do. Nothing is touched by planning.

A plan says of every picture where its file goes and which files go along, or why it stays.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import devices
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.names import LONGEST_NAME_BYTES, with_number
from diffusion_toolkit.library.files.operations import Step
from diffusion_toolkit.library.files.places import Folder, is_plain
from diffusion_toolkit.library.files.sidecars import Sidecar, pictures_of_stem, sidecars
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.store import file_rows, roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation
from diffusion_toolkit.store.file_rows import FileRow

Clash = Literal["number", "refuse"]
"""What to do where a file of the name is there already: take "name (2)", or leave this picture."""

MOST_NUMBERS: Final = 10_000
ACTIONS: Final[Mapping[str, str]] = {
    "move": "Moved {} to {}",
    "copy": "Copied {} to {}",
    "rename": "Renamed {}",
    "trash": "Put {} into the trash",
    "delete": "Deleted {} for good",
}


class NameTaken(NotMoved):
    """A file of the name is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would become of one picture. steps: its file and those that go along, empty when it stays; folder, name:
    where it would be (folder None: where it is); problem: why it stays; taken: because its name is.
    """

    row: FileRow
    steps: tuple[Step, ...] = ()
    folder: Folder | None = None
    name: str = ""
    problem: str | None = None
    taken: bool = False

    @property
    def source(self) -> str:
        """Where the picture is, stored form."""
        return f"{place_of(self.row).rstrip('/')}/{self.row.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an action would do. kind: "move", "copy", "rename", "trash" or "delete"; unknown: how many of the numbers
    asked for stand for no image."""

    kind: str
    items: tuple[Planned, ...]
    unknown: int = 0

    @property
    def ready(self) -> list[Planned]:
        """What can be done, in the order to do it."""
        return [item for item in self.items if item.steps]

    @property
    def problems(self) -> list[Planned]:
        """What stays, and why."""
        return [item for item in self.items if item.problem is not None]

    @property
    def action(self) -> str:
        """How the journal calls it."""
        return f"files.{self.kind}"

    @property
    def sentence(self) -> str:
        """What it did, once it is done."""
        ready = self.ready
        pictures = "1 picture" if len(ready) == 1 else f"{len(ready):,} pictures"
        folders = {printable(item.folder.stored) for item in ready if item.folder is not None}
        return ACTIONS[self.kind].format(pictures, next(iter(folders)) if len(folders) == 1 else "other folders")


def rows_of(collection: Collection, image_ids: Sequence[int]) -> tuple[list[FileRow], int]:
    """The rows of images, each once, and how many numbers stand for none. Raises UsageError for none at all."""
    wanted = list(dict.fromkeys(image_ids))
    if not wanted:
        raise UsageError("Name the pictures.")
    known = [image_id for image_id in wanted if 0 < image_id < 2**31]
    with collection.begin() as connection:
        rows = file_rows.file_rows(connection, known)
    return rows, len(wanted) - len(rows)


def place_of(row: FileRow) -> str:
    """The folder of an image, absolute, stored form."""
    return f"{row.root.rstrip('/')}/{row.folder}" if row.folder else row.root


def operations(collection: Collection, plan: Plan, *, by_copy: bool = False) -> list[NewOperation]:
    """A plan as rows of the journal. by_copy: as if every folder lay on another drive."""
    ready = plan.ready
    ids = _folder_ids(collection, [item.folder for item in ready if item.folder is not None])
    known: dict[tuple[str, str], dict[str, object]] = {}
    made: list[NewOperation] = []
    for item in ready:
        to = item.folder
        root = to.root if to is not None else item.row.root
        key = (item.row.root, root)
        if key not in known:
            known[key] = dict(devices(*key))
        folder_id = ids[to.root_id, to.path] if to is not None else item.row.folder_id
        details = {
            "files": [replace(step, number=disk.number(step.source)).as_json() for step in item.steps],
            "from_folder_id": item.row.folder_id,
            "from_name": item.row.name,
            "folder_id": folder_id,
            "name": item.name,
            "roots": known[key],
        }
        made.append(
            NewOperation(
                kind=plan.kind,
                image_id=item.row.id,
                source_path=stored_name(item.steps[0].source),
                target_path=stored_name(item.steps[0].target) if item.name else None,
                details={**details, "by_copy": True} if by_copy else details,  # pyright: ignore[reportArgumentType]  (all of it is JSON)
            )
        )
    return made


class Planner:
    """Plans one action over many pictures; remembers which places it gave away."""

    def __init__(self, kind: str, clash: Clash, rows: Sequence[FileRow]) -> None:
        self._kind = kind
        self._clash: Clash = clash
        self._taken: dict[str, str] = {}
        self._plain: dict[str, bool] = {}
        self._folds: dict[str, bool] = {}
        self._sources = {os.path.join(system_name(place_of(row)), system_name(row.name)) for row in rows}

    def to_place(self, row: FileRow, folder: Folder | None, name: str) -> Planned:
        """The plan for one picture that goes to a folder (None: it stays in its own) under a name (stored form)."""
        here = system_name(place_of(row))
        there = folder.system if folder is not None else here
        try:
            own = self.files_of(row)
            if there == here and name == row.name and self._kind != "copy":
                raise NotMoved("It is there already.")
            name = self._free_name(row, own, there, name)
        except NotMoved as error:
            return Planned(row=row, problem=str(error), taken=isinstance(error, NameTaken))
        steps = [Step(source=os.path.join(here, system_name(row.name)), target=os.path.join(there, system_name(name)))]
        for each in own:
            target = os.path.join(there, each.name_for(system_name(name)))
            steps.append(Step(source=os.path.join(here, each.name), target=target))
        for step in steps:
            self._taken[self._key(step.target)] = step.source
        return Planned(row=row, steps=tuple(steps), folder=folder, name=name)

    def in_place(self, row: FileRow) -> Planned:
        """The plan for one picture that is to be deleted."""
        here = system_name(place_of(row))
        try:
            own = self.files_of(row)
        except NotMoved as error:
            return Planned(row=row, problem=str(error))
        paths = [os.path.join(here, name) for name in (system_name(row.name), *(each.name for each in own))]
        return Planned(row=row, steps=tuple(Step(source=path, target=path) for path in paths))

    def files_of(self, row: FileRow) -> list[Sidecar]:
        """The sidecars of a picture that can be moved now. Raises NotMoved when it cannot."""
        if not row.available:
            raise NotMoved(f"The folder {printable(row.root)} cannot be reached now. Is its drive connected?")
        if row.missing:
            raise NotMoved("The file is not there any more.")
        here = system_name(place_of(row))
        if here not in self._plain:
            self._plain[here] = is_plain(here)
        if not self._plain[here]:
            raise NotMoved("Its folder lies behind a symbolic link; files are only moved inside the library.")
        try:
            disk.signature(os.path.join(here, system_name(row.name)))
        except OSError as error:
            raise disk.told(error) from error
        return sidecars(here, system_name(row.name))

    def shared(self, items: Sequence[Planned]) -> list[Planned]:
        """Let sidecars that several pictures share go along with each of them, and stay where one of them stays."""
        owners: dict[str, list[tuple[int, int]]] = {}
        for place, item in enumerate(items):
            for index, step in enumerate(item.steps[1:], 1):
                owners.setdefault(step.source, []).append((place, index))
        changes: dict[tuple[int, int], Step | None] = {}
        for source, places in owners.items():
            first = items[places[0][0]]
            picture = os.path.basename(first.steps[0].source)
            if os.path.splitext(os.path.basename(source))[0] == picture:
                continue
            others = pictures_of_stem(os.path.dirname(source), picture)
            outside = any(os.path.join(os.path.dirname(source), other) not in self._sources for other in others)
            if not outside and len(places) == 1:
                continue
            changes |= _shared(items, places, outside=outside)
        return [
            replace(
                item,
                steps=tuple(
                    step
                    for index, old in enumerate(item.steps)
                    if (step := changes.get((place, index), old)) is not None
                ),
            )
            for place, item in enumerate(items)
        ]

    def free(self, target: str, source: str) -> bool:
        """Whether a file may be put there: nothing is there, or only what this action takes away from there."""
        if self._taken.get(self._key(target), source) != source:
            return False
        if not disk.is_there(target) or disk.is_same_entry(source, target):
            return True
        return self._kind == "rename" and target in self._sources

    def take(self, target: str, source: str) -> None:
        """Give a place away."""
        self._taken[self._key(target)] = source

    def _free_name(self, row: FileRow, own: Sequence[Sidecar], there: str, name: str) -> str:
        here = system_name(place_of(row))
        source = os.path.join(here, system_name(row.name))
        for number in range(1, MOST_NUMBERS):
            tried = name if number == 1 else with_number(name, number)
            picture = system_name(tried)
            pairs = [(source, os.path.join(there, picture))]
            pairs += [(os.path.join(here, each.name), os.path.join(there, each.name_for(picture))) for each in own]
            if any(len(os.fsencode(os.path.basename(target))) > LONGEST_NAME_BYTES for _, target in pairs):
                raise NotMoved("The name would be too long for a file that goes along.")
            if all(self.free(target, at) for at, target in pairs):
                return tried
            if self._clash == "refuse":
                break
        raise NameTaken("There is a file of this name already.")

    def _key(self, target: str) -> str:
        """A place as its drive tells places apart."""
        folder = os.path.dirname(target)
        if folder not in self._folds:
            self._folds[folder] = ignores_case(folder)
        return target.casefold() if self._folds[folder] else target


def ignores_case(folder: str) -> bool:
    """Whether a folder takes "A.png" and "a.png" for one file; by a look at a name in it, or at its own."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(20), entries, strict=False)]
    except OSError:
        return False
    for path in (*(os.path.join(folder, name) for name in names), folder):
        name = os.path.basename(path)
        if name.swapcase() != name and name.swapcase() not in names:
            other = os.path.join(os.path.dirname(path), name.swapcase())
            return os.path.lexists(other) and os.path.samefile(other, path)
    return False


def _shared(
    items: Sequence[Planned], places: Sequence[tuple[int, int]], *, outside: bool
) -> dict[tuple[int, int], Step | None]:
    """One sidecar of several pictures: copied for all but the last, and for that too when another picture stays."""
    changes: dict[tuple[int, int], Step | None] = {}
    targets: dict[str, tuple[int, int]] = {}
    for place, index in places:
        target = items[place].steps[index].target
        if target in targets:
            changes[place, index] = None
        else:
            targets[target] = (place, index)
    owners = list(targets.values())
    for place, index in owners if outside else owners[:-1]:
        changes[place, index] = replace(items[place].steps[index], shared=True)
    return changes


def _folder_ids(collection: Collection, wanted: Sequence[Folder]) -> dict[tuple[int, str], int]:
    """The numbers of folders; those that had none get one."""
    paths: dict[int, set[str]] = {}
    for folder in wanted:
        paths.setdefault(folder.root_id, set()).add(folder.path)
    ids: dict[tuple[int, str], int] = {}
    with collection.begin() as connection:
        for root_id, names in paths.items():
            made = roots.insert_folders(connection, root_id, sorted(names))
            ids |= {(root_id, path): folder_id for path, folder_id in made.items()}
    return ids
