"""Files to bring in that nobody should have written: no value breaks the library, hides a picture or never ends."""

import gzip
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from curated import rows
from scan_pictures import images, png, run, write

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable.bringing import bring_file
from diffusion_toolkit.library.portable.importing import Imported, ImportOptions
from diffusion_toolkit.library.portable.reading import MOST_VALUES
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store.database import Collection

HEAD = {"format": "diffusion-toolkit curation", "version": 1}
DEEP = "stands for lists in lists"
DIGEST = "ab" * 16


@pytest.fixture
def folder(collection: Collection, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for number, name in enumerate(("a", "b")):
        write(folder / "sub" / f"{name}.png", png(f"a fox {name}", seed=number, shade=number))
    run(collection, folder)
    return folder


def bring(collection: Collection, path: Path) -> Imported:
    return bring_file(collection, path, path.name, {}, ImportOptions())


def document(folder: Path, *pictures: dict[str, Any], **around: Any) -> bytes:
    described = [{"number": 1, "root": str(folder), "folder": "sub", "name": "a.png", **each} for each in pictures]
    data = orjson.dumps({**HEAD, **around, "pictures": described})
    return data.replace(orjson.dumps(DEEP), b"[" * 900 + b"]" * 900)


def given(collection: Collection, tmp_path: Path, data: bytes) -> Imported:
    return bring(collection, write(tmp_path / "given.json", data))


@pytest.mark.parametrize(
    "values",
    [
        {"rating": 10**18, "number": -5, "size_bytes": 1e300, "mtime_ns": -(2**63)},
        {"viewed_at": "0001-01-01T00:00:00+14:00", "rated_at": "9999-12-31T23:59:59-14:00", "rating": 4},
        {"touched_at": "2024-01-01T00:00:00+23:59", "viewed_at": "now", "rated_at": 5},
        {"tags": DEEP, "refused_tags": {"a": 1}, "caption": ["x"], "favorite": DEEP},
        {"tags": ["x" * 5_000, "\u0000", "", "  ", "\u202e", "fox"], "caption": "a\u0000b"},
        {"caption": "c" * 100_000, "tags": [f"tag {number}" for number in range(3_000)]},
        {"fingerprint": "ab" * 40_000, "pixels": "xyz", "name": "n" * 5_000},
        {"name": "nowhere.png", "fingerprint": DIGEST, "folder": "../../elsewhere"},
        {"name": "../../etc/passwd", "fingerprint": DIGEST},
        {"name": "..", "fingerprint": DIGEST, "folder": "x/./y//z"},
        {"root": "\udcff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "folder": DEEP},
    ],
)
def test_odd_values_of_a_picture(collection: Collection, folder: Path, tmp_path: Path, values: dict[str, Any]) -> None:
    before = {row["id"]: (row["folder"], row["name"]) for row in images(collection)}
    given(collection, tmp_path, document(folder, values, {"name": "b.png", "number": 2, "rating": 9}))
    found = images(collection)
    assert {row["id"]: (row["folder"], row["name"]) for row in found} == before, "something was made"
    assert [row["rating"] for row in found if row["name"] == "b.png"] == [9], "the others are brought in"
    assert rows(collection, "SELECT path FROM folder WHERE path LIKE '%..%' OR path LIKE '%//%'") == []
    moments = rows(collection, "SELECT viewed_at FROM curation") + rows(collection, "SELECT rated_at FROM curation")
    assert all(moment is None or isinstance(moment, datetime) for moment in moments)
    export(collection, tmp_path / "out.json")
    catalog = Catalog(collection)
    catalog.load()
    catalog.close()


def test_odd_things_around_pictures(collection: Collection, folder: Path, tmp_path: Path) -> None:
    around = {
        "tags": ["ok", 5, None, "x" * 300, DEEP],
        "tag_aliases": [{"alias": "a", "canonical": "b"}, {"alias": "b", "canonical": "a"}, {}, 7, {"alias": DEEP}],
        "albums": [
            {"name": "one", "pictures": [1, 1, -1, 2**40, "1", None], "position": 1e308, "cover": DEEP},
            {"name": "smart", "query": "rating:(((", "sort": "'; DROP TABLE image"},
            {"name": DEEP, "query": "x"},
            {"name": "a\u0000b", "query": "x"},
        ],
        "saved_queries": [
            {"name": "deep", "query": "fox", "view": {"a": DEEP, "b": "\u0000", "c": 1e308}, "sort": "name desc"},
            {"name": "long", "query": "fox", "view": {"a": "x" * 100_000}, "sort": "no such order"},
        ],
        "folders": [
            {"root": str(folder), "path": "../..", "archived": "tree"},
            {"root": "/", "path": "", "archived": "tree", "excluded": "tree"},
            {"root": str(folder), "path": "sub", "archived": "everything", "excluded": "tree"},
        ],
    }
    done = given(collection, tmp_path, document(folder, {}, **around))
    assert (done.albums, done.saved_queries, done.folders) == (2, 2, 0)
    assert rows(collection, "SELECT name, cardinality(image_ids), sort FROM album ORDER BY id") == [
        ("one", 1, None),
        ("smart", 0, None),
    ]
    assert rows(collection, "SELECT name, sort FROM saved_query ORDER BY id") == [("deep", "name desc"), ("long", None)]
    assert rows(collection, "SELECT DISTINCT excluded || archived FROM folder") == ["nono"]
    assert rows(collection, "SELECT name FROM tag") == ["ok"]
    undo(collection, done.journal_id)
    assert rows(collection, "SELECT name FROM album WHERE deleted_at IS NULL") == []


def test_pictures_of_one_number_keep_their_own_curation(collection: Collection, folder: Path, tmp_path: Path) -> None:
    nowhere = {"number": 0, "name": "nowhere.png", "rating": 2}
    numbers = ({"number": 0, "rating": 3}, {"number": 0, "name": "b.png", "rating": 8})
    done = given(collection, tmp_path, document(folder, nowhere, *numbers, albums=[{"name": "x", "pictures": [0]}]))
    assert (done.found, done.unknown) == (2, [f"{folder}/sub/nowhere.png"])
    assert {row["name"]: row["rating"] for row in images(collection)} == {"a.png": 3, "b.png": 8}


def test_two_pictures_of_one_place_are_one_missing_image(collection: Collection, folder: Path, tmp_path: Path) -> None:
    twins = [{"number": number, "name": "new.png", "fingerprint": DIGEST, "rating": number} for number in (3, 4)]
    given(collection, tmp_path, document(folder, *twins))
    assert rows(collection, "SELECT count(*) FROM image WHERE name = 'new.png'") == [1]


@pytest.mark.parametrize(
    "data",
    [
        b'{"format": "diffusion-toolkit curation", "version": 1, "pictures": ' + b"[" * 5_000,
        b'{"format": "diffusion-toolkit curation", "version": 1e400}',
        b'{"format": "diffusion-toolkit curation", "version": 1, "x": [' + b"{}," * (MOST_VALUES // 2 + 1) + b"{}]}",
        gzip.compress(b'{"format": "diffusion-toolkit curation"}' * 1_000)[:60] + b"\xff" * 40,
        gzip.compress(b" " * 300 * 2**20, compresslevel=1),
    ],
    ids=["deep", "infinite", "many values", "broken gzip", "a bomb"],
)
def test_what_no_program_wrote_is_refused_soon(collection: Collection, tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path / "given.json.gz", data)
    begun = time.process_time()
    with pytest.raises(UsageError):
        bring(collection, path)
    assert time.process_time() - begun < 5


OLDER = """
CREATE TABLE Image (Id INTEGER PRIMARY KEY, Path, FileSize, Rating, Favorite, NSFW, ForDeletion, ViewedDate, TouchedDate);
CREATE TABLE Album (Id, Name, "Order"); CREATE TABLE AlbumImage (AlbumId, ImageId);
CREATE TABLE Tag (Id, Name); CREATE TABLE ImageTag (ImageId, TagId);
CREATE TABLE Query (Id, Name, QueryJson); CREATE TABLE Folder (Id, Path, Excluded, Archived);
"""  # noqa: E501


def older(path: Path, script: str) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
    connection.close()
    return path


def test_an_older_database_of_odd_rows(collection: Collection, folder: Path, tmp_path: Path) -> None:
    path = older(
        tmp_path / "old.db",
        OLDER
        + f"""
        INSERT INTO Image VALUES (1, '{folder}/sub/a.png', 'big', 8.0, x'01', NULL, 'yes', 9e99, -9223372036854775808),
            (2, x'00ff', -1, 1e300, 1, 1, 1, x'00', 9223372036854775807),
            (3, '', NULL, 5, 1, 0, 1, '0001-01-01T00:00:00+14:00', 9e18),
            (4, '{folder}/sub/..', 1, 5, 0, 0, 0, NULL, NULL), (5, '{folder}/../x/b.png', 1, 5, 0, 0, 0, NULL, NULL);
        INSERT INTO Image VALUES (6, '{folder}/sub/b.png', 0, 7, 1, 0, 0, '0001-01-01', 3155378975999999999);
        INSERT INTO Album VALUES (1, 'ok', 9e999), ('1', x'00', 'x'), (NULL, NULL, NULL), (2, 'n', -9e999);
        INSERT INTO AlbumImage VALUES (1, 1), (1, '1'), ('1', 1), (1, x'01'), (NULL, NULL), (1, 6), (1, 1e300);
        INSERT INTO Tag VALUES (1, 'fox'), ('2', 'no'), (3, x'ff'), (4, ''), (5, char(0)), (6, hex(zeroblob(500)));
        INSERT INTO ImageTag VALUES (1, 1), (1, '1'), (1, 5), (1, 6), (NULL, 1), (x'01', 1), (6, 3), (1e300, 1);
        INSERT INTO Query VALUES (1, 'q', '{{"Query": 5}}'), (2, x'00', '{{"Query": "x"}}'), (3, 'deep', '{"[" * 900}'),
            (4, 'list', '[]'), (5, 'good', '{{"QUERY": "fox"}}'), (6, 'null', NULL), (7, 'number', 8);
        INSERT INTO Folder VALUES (1, x'00', 1, 1), (2, NULL, 1, 1), (3, '..', 0, 1), (4, '{folder}/../..', 0, 1);
        """,
    )
    done = bring(collection, path)
    assert (done.found, done.folders, done.saved_queries) == (2, 0, 1)
    found = {row["name"]: row for row in images(collection)}
    assert set(found) == {"a.png", "b.png"}
    assert (found["a.png"]["rating"], found["b.png"]["rating"]) == (8, 7)
    assert rows(collection, "SELECT name FROM tag ORDER BY id") == ["fox"]
    assert rows(collection, "SELECT name, cardinality(image_ids) FROM album ORDER BY name") == [("n", 0), ("ok", 2)]
    export(collection, tmp_path / "out.json")


@pytest.mark.parametrize(
    "script",
    [
        "CREATE VIEW Image AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT x AS Id, 'p' AS Path, 5 AS Rating FROM c",
        "CREATE TABLE Image (Id INTEGER PRIMARY KEY, Path, Rating); INSERT INTO Image VALUES (1, 'a', 5);"
        "CREATE VIEW Tag AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT x Id, 'n' Name FROM c",
        "CREATE VIRTUAL TABLE Image USING fts5(Id, Path, Rating)",
    ],
    ids=["pictures", "tags", "virtual"],
)
def test_a_view_that_never_ends_is_not_asked(collection: Collection, tmp_path: Path, script: str) -> None:
    path = older(tmp_path / "old.db", script)
    if "CREATE TABLE Image" in script:
        assert bring(collection, path).pictures == 1
    else:
        with pytest.raises(UsageError, match="not a database of Diffusion Toolkit"):
            bring(collection, path)


def test_curation_of_hidden_years_can_be_read_back(collection: Collection, folder: Path, tmp_path: Path) -> None:
    given(collection, tmp_path, document(folder, {"viewed_at": "0002-01-01T00:00:00Z", "rating": 3}))
    assert rows(collection, "SELECT rating FROM curation WHERE viewed_at IS NOT NULL") == [3]
    with collection.begin() as connection:
        connection.execute(sa.text("SET LOCAL TIME ZONE 'Pacific/Kiritimati'"))
        assert isinstance(connection.scalar(sa.text("SELECT viewed_at FROM curation")), datetime)
