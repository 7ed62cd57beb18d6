"""Sentences for people as a code and values, so that a page can say them in its own language.

A sentence is written where it belongs, in English; here its form is known. What is not known here has no code, and is
shown as it was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

Values = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is said. code: which; values: the names and numbers in it."""

    code: str
    values: Values = field(default_factory=dict[str, str | int | list[str]])


FAILURES: Final[Mapping[str, str]] = {
    "result-expired": "This result is no longer kept. Run the query again.",
    "library-replaced": "The library was replaced. Run the query again.",
    "no-image": "There is no such image.",
    "no-album": "There is no such album any more.",
    "no-folder": "There is no such folder in the library.",
    "no-scan": "There is no such scan any more.",
    "no-offer": "There is no such offer any more.",
    "no-prompt": "There is no such prompt.",
    "no-backup": "There is no such backup.",
    "no-collection": "There is no collection of this name.",
    "folder-gone": "There is no folder {path}. Is its drive connected?",
    "folder-away": "The folder {path} cannot be reached now. Is its drive connected?",
    "scan-folder-away": "The folder cannot be reached. Its pictures are kept; is its drive connected?",
    "scan-folder-closed": "The system does not permit to list the folder. Its pictures are kept.",
    "scan-folders-unread": "Folders that could not be read: {folders}. Their pictures are kept.",
    "scan-folder-empty": "The folder is empty but held pictures. They are kept; is its drive connected?",
    "folder-outside": "This folder lies outside the library.",
    "folder-linked": "This folder lies behind a symbolic link; files are only moved inside the library.",
    "folder-excluded": "This folder is excluded from the library; pictures would vanish from it.",
    "folder-passed-over": "The library passes over folders called {name}; pictures would vanish from it.",
    "folder-into-itself": "A folder cannot be moved into itself.",
    "folder-there": "The folder is there already.",
    "folder-scanned": "This folder is being scanned; stop the scan first.",
    "folder-belongs": "{path} belongs to {other} already.",
    "file-vanished": "{name} is not there any more; the next scan will note it.",
    "file-gone": "The file is not there any more.",
    "file-or-folder-gone": "The file or the folder is not there any more. Is its drive connected?",
    "file-linked": "Its folder lies behind a symbolic link; files are only moved inside the library.",
    "file-not-ordinary": "This is no ordinary file.",
    "file-being-written": "The file is still being written. Try again when it is complete.",
    "file-changed": "The file changed while it was copied; it stays where it was. Try again.",
    "file-there": "It is there already.",
    "name-taken": "There is a file of this name already.",
    "name-taken-in": "{path} already has {name}.",
    "name-unfit": "The drive cannot hold a file of this name.",
    "name-needed": "A file needs a name.",
    "name-slash": 'The name of a file cannot hold "/" or "\\". To put it into another folder, move it.',
    "name-control": "The name of a file cannot hold control characters.",
    "name-no-picture": "The library shows pictures and films only; this name ends like neither.",
    "no-picture": "This is no picture and no film that the library can read.",
    "drive-full": "There is not enough room on the drive. The file stays where it was.",
    "drive-too-small": "There is not enough room on the drive for this file.",
    "drive-read-only": "The drive is read-only.",
    "drive-damaged": "The copy differs from the file: the drive cannot be trusted. The file stays where it was.",
    "not-permitted": "The system does not permit it: the file or its folder is write-protected or in use.",
    "no-trash": (
        "There is no trash on the drive of this file, so it was not deleted. Delete it for good if you are sure."
    ),
    "not-in-trash": "It is not in the trash any more.",
    "files-busy": "Other files of this library are being moved or deleted now. Try again after that.",
    "files-interrupted": "Interrupted before its turn; the file was not touched.",
    "files-cancelled": "Cancelled before its turn; the file was not touched.",
    "other-number": "There are {now:n} pictures now, not {agreed:n}. Look again, then delete.",
    "nothing-to-undo": "There is nothing to undo.",
    "undone-already": "This was undone already.",
    "not-undone": "This is not undone.",
    "not-redone": "This cannot be done again by itself; do it anew.",
    "copy-curated": "The copy was rated, tagged or put into an album since; it stays.",
    "tag-there": 'There is a tag "{name}" already. Merge the two instead.',
    "query-there": 'There is a saved query "{name}" already. Overwrite it, or choose another name.',
    "scan-not-running": "Only a scan that runs can be paused.",
    "scan-not-paused": "Only a paused scan can go on.",
    "work-not-running": "Only work that runs or waits can be paused.",
    "work-not-paused": "Only paused work can go on.",
    "interrupted": "Interrupted.",
    "unexpected-log": "An unexpected error; see the log.",
    "nsfw-hidden": "NSFW pictures are hidden. Show them first: this cannot leave them out.",
    "not-here": "Programs open on the machine of the library, so only who sits at it may open them.",
    "too-large": "The request is too large.",
    "too-many-windows": "Too many windows listen at the same time.",
    "database-away": "The database server does not answer: {reason}",
    "backup-no-room": "No space is left on the drive of {path}; no backup was made.",
    "upload-no-room": "There is not enough room on the drive for what is sent.",
    "film-no-room": "There is no space left to make a film that the browser can show. Free some, and try again.",
    "files-not-tried": "Not tried, since there is no room left on the drive.",
    "database-full": "No space is left on the drive that holds the database. Nothing was lost; free some.",
    "database-busy": "The database is busy: no connection became free in time. Try again.",
    "unexpected": "Something unexpected went wrong; the log has the details.",
}
"""Why something was not done, by code. `{name}` is any text, `{name:n}` a number."""

FILE_ACTIONS: Final[Mapping[str, str]] = {
    "files-move-many": "Moved {count:pictures} to other folders",
    "files-move": "Moved {count:pictures} to {folder}",
    "files-copy-many": "Copied {count:pictures} to other folders",
    "files-copy": "Copied {count:pictures} to {folder}",
    "files-rename": "Renamed {count:pictures}",
    "files-trash": "Put {count:pictures} into the trash",
    "files-delete": "Deleted {count:pictures} for good",
    "files-add": "Added {count:files} to {folder}",
    "files-remove": "Removed {count:pictures} from the library",
    "files-write-into": "Wrote tags and captions into {count:pictures}",
    "files-write-beside": "Wrote tags and captions beside {count:pictures}",
    "folder-made": 'Made the folder "{name}"',
    "folder-renamed": 'Renamed the folder to "{name}"',
    "folder-moved": 'Moved the folder "{name}" to "{folder}"',
    "folder-trashed": 'Put the folder "{name}" into the trash',
    "folder-deleted": 'Deleted the folder "{name}" for good',
    "folder-included": 'Took "{name}" back into the library',
    "folder-excluded-tree": 'Excluded "{name}" with all below',
    "folder-excluded": 'Excluded "{name}"',
    "folder-unarchived": 'Took "{name}" out of the archive',
    "folder-archived-tree": 'Archived "{name}" with all below',
    "folder-archived": 'Archived "{name}"',
    "curation-imported": "Imported curation from {name}",
    "identity-accepted": "Gave a file the curation of a missing picture",
}
"""What an action did whose sentence stands in the journal as it was written; the narrower form comes first."""

_PARTS: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_FORMS: Final = {
    "": "(?P<{}>.+?)",
    "n": "(?P<{}>[0-9,]+)",
    "pictures": "(?P<{}>[0-9,]+) pictures?",
    "files": "(?P<{}>[0-9,]+) files?",
}


def failure(sentence: str) -> Told | None:
    """The code and the values of why something was not done."""
    return _told(sentence, FAILURES)


def file_action(sentence: str) -> Told | None:
    """The code and the values of what was done to files."""
    return _told(sentence, FILE_ACTIONS)


def _told(sentence: str, known: Mapping[str, str]) -> Told | None:
    for code, template in known.items():
        if found := _pattern(template).fullmatch(sentence):
            kinds: dict[str, str] = dict(_PARTS.findall(template))
            return Told(code, {name: _value(text, kinds[name]) for name, text in found.groupdict().items()})
    return None


def _value(text: str, kind: str) -> str | int:
    return int(text.replace(",", "")) if kind else text


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for part in _PARTS.finditer(template):
        pattern += re.escape(template[end : part.start()]) + _FORMS[part[2] or ""].format(part[1])
        end = part.end()
    return re.compile(pattern + re.escape(template[end:]), re.DOTALL)
