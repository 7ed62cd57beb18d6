"""Reads the SQLite file of the older Diffusion Toolkit: ratings, flags, tags, albums, saved queries, folders.

The file is opened for reading only and never changed. Tables and columns that its version does not have are passed
over. Its paths are those of the machine it was made on; `moved` says where these folders are now.
"""

import ntpath
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable.checked import Checked
from diffusion_toolkit.library.portable.entry import Album, Around, Folder, Picture, SavedQuery
from diffusion_toolkit.library.portable.reading import Bundle
from diffusion_toolkit.paths import stored_name

_MAGIC = b"SQLite format 3\0"
_LONGEST_VALUE = 10 * 2**20
_EPOCH_TICKS = 621_355_968_000_000_000
_TICKS_PER_S = 10_000_000
_CURATION = ("Rating", "Favorite", "NSFW", "ForDeletion", "ViewedDate", "TouchedDate")


@contextmanager
def opened(path: Path, moved: Mapping[str, str]) -> Generator[Bundle]:
    """What the file holds. moved: folders as the file names them, to where they are now.

    Raises UsageError when it is no such file, or damaged.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise UsageError(f"{path} is not a database of Diffusion Toolkit.")
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.text_factory = _text
            connection.row_factory = sqlite3.Row
            source = _Source(connection, moved)
            if not {"Path"} <= source.columns("Image"):
                raise UsageError(f"{path} is not a database of Diffusion Toolkit.")
            yield Bundle(source.around(), source.pictures(), ours=False)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


class _Source:
    """The tables of one file."""

    def __init__(self, connection: sqlite3.Connection, moved: Mapping[str, str]) -> None:
        self._connection = connection
        self._moved = sorted(moved.items(), key=lambda pair: -len(pair[0]))

    def columns(self, table: str) -> set[str]:
        """The columns of a table, none when there is no such table. A view is none: its query may never end."""
        rows = self._connection.execute(
            "SELECT name FROM pragma_table_info(?1) WHERE EXISTS (SELECT 1 FROM sqlite_schema"
            " WHERE type = 'table' AND rootpage > 0 AND name = ?1 COLLATE NOCASE)",
            [table],
        )
        return {str(row[0]) for row in rows}

    def pictures(self) -> Iterator[Picture]:
        """Pictures with a rating, a flag, a tag, an album or a date of their own."""
        tags = self._lists("ImageTag", "ImageId", "TagId", self._names("Tag"))
        wanted = [name for name in _CURATION if name in self.columns("Image")]
        conditions = [
            f'("{name}" IS NOT NULL AND "{name}" <> 0)' for name in wanted if name in ("Rating", "Favorite", "NSFW")
        ]
        conditions += [f'("{name}" = 1)' for name in wanted if name == "ForDeletion"]
        conditions += [f'"{name}" IS NOT NULL' for name in wanted if name in ("ViewedDate", "TouchedDate")]
        if "ImageId" in self.columns("ImageTag"):
            conditions.append('"Id" IN (SELECT "ImageId" FROM "ImageTag")')
        if "ImageId" in self.columns("AlbumImage"):
            conditions.append('"Id" IN (SELECT "ImageId" FROM "AlbumImage")')
        named = ", ".join(f'"{name}"' for name in ["Id", "Path", *wanted, *self._optional("Image", "FileSize")])
        query = f'SELECT {named} FROM "Image" WHERE {" OR ".join(conditions) or "0"}'  # noqa: S608  names from above
        for row in self._connection.execute(query):
            yield self._picture({key: row[key] for key in row.keys()}, tags)  # noqa: SIM118  a Row iterates over values

    def around(self) -> Around:
        """Albums, tags, saved queries and folders."""
        return Around(
            roots=[],
            folders=list(self._folders()),
            tags=list(self._names("Tag").values()),
            albums=list(self._albums()),
            saved_queries=list(self._saved_queries()),
        )

    def _optional(self, table: str, *names: str) -> list[str]:
        there = self.columns(table)
        return [name for name in names if name in there]

    def _names(self, table: str) -> dict[int, str]:
        if not {"Id", "Name"} <= self.columns(table):
            return {}
        rows = self._connection.execute(f'SELECT "Id", "Name" FROM "{table}"')  # noqa: S608  a name of ours
        return {row[0]: row[1] for row in rows if isinstance(row[0], int) and isinstance(row[1], str) and row[1]}

    def _lists(self, table: str, key: str, value: str, names: Mapping[int, str]) -> dict[int, list[str]]:
        if not {key, value} <= self.columns(table):
            return {}
        found: dict[int, list[str]] = {}
        for row in self._connection.execute(f'SELECT "{key}", "{value}" FROM "{table}"'):  # noqa: S608  names of ours
            if row[1] in names:
                found.setdefault(row[0], []).append(names[row[1]])
        return found

    def _picture(self, row: Mapping[str, object], tags: Mapping[int, Sequence[str]]) -> Picture:
        values = Checked(row)
        number = values.number("Id", 0, 2**31 - 1) or 0
        folder, name = self._place(values.text("Path") or "")
        return Picture(
            number=number,
            root=folder,
            folder="",
            name=Checked({"name": stored_name(name)}).file_name("name") or "",
            size_bytes=values.number("FileSize", 1, 2**62),
            rating=values.number("Rating", 1, 10),
            favorite=values.flag("Favorite"),
            nsfw=values.flag("NSFW"),
            for_deletion=values.flag("ForDeletion"),
            viewed_at=_moment(row.get("ViewedDate")),
            touched_at=_moment(row.get("TouchedDate")),
            tags=tuple(tags.get(number, ())),
        )

    def _place(self, path: str) -> tuple[str, str]:
        """Folder and name of a path where it is now; both separators are understood."""
        folder, name = ntpath.split(path)
        return stored_name(self._now(folder)), name

    def _now(self, folder: str) -> str:
        for old, new in self._moved:
            rest = _below(folder, old)
            if rest is not None:
                return new.rstrip("/\\") + ("/" + rest.replace("\\", "/") if rest else "")
        return folder

    def _folders(self) -> Iterator[Folder]:
        flags = self._optional("Folder", "Excluded", "Archived")
        if "Path" not in self.columns("Folder") or not flags:
            return
        named = ", ".join(f'"{name}"' for name in ["Path", *flags])
        for row in self._connection.execute(f'SELECT {named} FROM "Folder"'):  # noqa: S608  names from above
            values = Checked({key: row[key] for key in row.keys()})  # noqa: SIM118  a Row iterates over values
            excluded, archived = ("folder" if values.flag(name) else "no" for name in ("Excluded", "Archived"))
            if excluded != "no" or archived != "no":
                place = stored_name(self._now(values.text("Path") or ""))
                yield Folder(root=place, path="", excluded=excluded, archived=archived)

    def _albums(self) -> Iterator[Album]:
        order = ', "Order"' if "Order" in self.columns("Album") else ""
        members: dict[int, list[int]] = {}
        if {"AlbumId", "ImageId"} <= self.columns("AlbumImage"):
            for row in self._connection.execute('SELECT "AlbumId", "ImageId" FROM "AlbumImage" ORDER BY rowid'):
                if isinstance(row[1], int):
                    members.setdefault(row[0], []).append(row[1])
        if not {"Id", "Name"} <= self.columns("Album"):
            return
        for row in self._connection.execute(f'SELECT "Id", "Name"{order} FROM "Album"'):  # noqa: S608  a name of ours
            values = Checked({key: row[key] for key in row.keys()})  # noqa: SIM118  a Row iterates over values
            name = values.text("Name")
            if name:
                position = values.real("Order") or 0.0
                yield Album(name=name, position=position, pictures=members.get(row[0], []))

    def _saved_queries(self) -> Iterator[SavedQuery]:
        if not {"Name", "QueryJson"} <= self.columns("Query"):
            return
        for row in self._connection.execute('SELECT "Name", "QueryJson" FROM "Query"'):
            name, text = Checked({"name": row[0]}).text("name"), _query_text(row[1])
            if name and text:
                yield SavedQuery(name=name, query=text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _below(folder: str, above: str) -> str | None:
    """What of `folder` lies below `above`, compared as Windows does; None when it does not."""
    mine, other = (text.replace("/", "\\").rstrip("\\") for text in (folder, above))
    if mine.casefold() == other.casefold():
        return ""
    return mine[len(other) + 1 :] if mine.casefold().startswith(other.casefold() + "\\") else None


def _query_text(stored: object) -> str | None:
    """The text of a saved query; its other options are those of the old program's windows."""
    try:
        found: object = orjson.loads(stored) if isinstance(stored, str | bytes) else None
    except orjson.JSONDecodeError:
        return None
    values = Checked({str(key).casefold(): value for key, value in found.items()}) if isinstance(found, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  JSON's keys are texts
    return values.text("query") if values else None


def _moment(value: object) -> datetime | None:
    """A date as the older program wrote it: .NET ticks, or ISO text; without a zone it is taken as UTC."""
    if isinstance(value, int) and value > _EPOCH_TICKS:
        seconds = (value - _EPOCH_TICKS) / _TICKS_PER_S
        return datetime.fromtimestamp(seconds, UTC) if seconds < 2**33 else None
    return Checked({"moment": value}).moment("moment")
