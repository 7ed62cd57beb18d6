"""What happened in one root since it was looked at last, gathered until it is quiet for a moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from diffusion_toolkit.formats.folders import SIDECAR_EXTENSIONS
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope
from diffusion_toolkit.library.scanning.walk import is_skipped, is_taken

QUIET_S: Final = 0.2
"""So long nothing must have happened before a root is looked at."""

PATIENCE_S: Final = 0.8
"""While things keep happening, it is looked at so long after the first."""

LOOK_AGAIN_S: Final = 1.5
"""New folders, and those in which much happened, are looked at once more after so long: the system tells nothing of
files that come into a folder before it is watched, and drops events when there are too many."""

MUCH: Final = 50
MOST_NAMES: Final = 500
"""With more names in one folder it is quicker to list the folder."""

MOST_EVENTS: Final = 8_000
"""With more at once some may have been dropped: half the queue of Linux. The whole root is looked at then."""

Kind = Literal["added", "changed", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What to look at now: a part of the root; texts beside pictures (folder to names) whose pictures to read again;
    what to look at once more after a while."""

    scope: Scope
    sidecars: Mapping[str, set[str]]
    again: Scope


@dataclass(slots=True)
class _Gathered:
    trees: set[str] = field(default_factory=set[str])
    trees_again: set[str] = field(default_factory=set[str])
    folders: set[str] = field(default_factory=set[str])
    files: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    sidecars: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    everything: bool = False
    events: int = 0
    first_at: float | None = None
    last_at: float = 0.0


class Dirt:
    """Places of one root that have to be looked at. Paths in stored form, relative to the root; moments in seconds of
    a clock that never goes back."""

    def __init__(self) -> None:
        self._now = _Gathered()
        self._later: list[tuple[float, Scope]] = []

    def note(self, kind: Kind, path: str, now: float, *, is_folder: bool) -> None:
        """Take down one event. is_folder: a folder is there now."""
        folder, _, name = path.rpartition("/")
        if not path or any(is_skipped(part) for part in path.split("/")):
            return
        if is_folder and kind == "changed":
            return
        if is_folder:
            self._now.trees.add(path)
        elif is_taken(name):
            self._now.files.setdefault(folder, set()).add(name)
        elif name.lower().endswith(SIDECAR_EXTENSIONS):
            self._now.sidecars.setdefault(folder, set()).add(name)
        elif kind == "gone":
            self._now.trees.add(path)  # it may have been a folder
        else:
            return
        self._now.events += 1
        self._happened(now)

    def note_later(self, scope: Scope, at: float) -> None:
        """Look at these places at that moment."""
        if scope.trees or scope.folders or scope.files:
            self._later.append((at, scope))

    def note_everything(self, now: float) -> None:
        """Look at the whole root."""
        self._now.everything = True
        self._happened(now)

    def give_back(self, look: Look, now: float) -> None:
        """It could not be looked at now."""
        if look.scope is EVERYTHING:
            self._now.everything = True
        else:
            self._look_at(look.scope)
        for folder, names in look.sidecars.items():
            self._now.sidecars.setdefault(folder, set()).update(names)
        self.note_later(look.again, now + LOOK_AGAIN_S)
        self._happened(now)

    def is_due(self, now: float) -> bool:
        """Whether to look now."""
        self._take_later(now)
        if self._now.first_at is None:
            return False
        return now - self._now.last_at >= QUIET_S or now - self._now.first_at >= PATIENCE_S

    def take(self) -> Look:
        """What to look at; nothing is dirty then."""
        found, self._now = self._now, _Gathered()
        busy = {folder for folder, names in found.files.items() if len(names) >= MUCH}
        again = Scope(trees=frozenset(found.trees), folders=frozenset(busy))
        if found.everything or found.events > MOST_EVENTS:
            return Look(scope=EVERYTHING, sidecars=found.sidecars, again=again)
        listed = found.folders | {folder for folder, names in found.files.items() if len(names) > MOST_NAMES}
        named = {folder: frozenset(names) for folder, names in found.files.items() if folder not in listed}
        scope = Scope(trees=frozenset(found.trees | found.trees_again), folders=frozenset(listed), files=named)
        return Look(scope=scope, sidecars=found.sidecars, again=again)

    def _take_later(self, now: float) -> None:
        due = [scope for at, scope in self._later if at <= now]
        if due:
            self._later = [entry for entry in self._later if entry[0] > now]
            for scope in due:
                self._look_at(scope)
            self._now.first_at = now if self._now.first_at is None else self._now.first_at

    def _look_at(self, scope: Scope) -> None:
        self._now.trees_again |= scope.trees
        self._now.folders |= scope.folders
        for folder, names in scope.files.items():
            self._now.files.setdefault(folder, set()).update(names)

    def _happened(self, now: float) -> None:
        self._now.first_at = now if self._now.first_at is None else self._now.first_at
        self._now.last_at = now
