"""What is brought in from files: our own export, the older program's database, other programs' XMP."""

import gzip
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable import diffusion_toolkit_file, reading
from diffusion_toolkit.library.portable.entry import Album, Folder, Picture, SavedQuery
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.portable.xmp_ratings import Foreign, foreign_curation
from diffusion_toolkit.store.database import Collection

STATEMENTS = (
    "INSERT INTO root (identity, path) VALUES ('r', '/pictures')",
    "INSERT INTO folder (root_id, identity, path, archived) VALUES (1, 'f', 'old', 'tree')",
    "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, fingerprint, pixels)"
    " SELECT 1, n || '.png', 10 * n, 5, now(), decode('aa0' || n, 'hex'), decode('bb0' || n, 'hex')"
    " FROM generate_series(1, 4) n",
    "INSERT INTO curation (image_id, rating, favorite, rated_at) VALUES (1, 9, true, '2026-01-02 03:04:05+00')",
    "INSERT INTO tag (identity, name, deleted_at) VALUES ('t', 'fox', NULL), ('u', 'gone', now())",
    "INSERT INTO image_tags (image_id, source, tag_ids) VALUES (2, 'user', '{1,2}'), (4, 'joytag', '{1}')",
    "INSERT INTO album (identity, name, image_ids) VALUES ('a', 'Best', '{3,1}')",
    "INSERT INTO album (identity, name, query) VALUES ('b', 'Castles', 'castle')",
    "INSERT INTO saved_query (identity, name, query, view) VALUES ('s', 'Mine', 'rating>=8', '{\"layout\": \"grid\"}')",
)


@pytest.fixture
def curated(collection: Collection) -> Collection:
    with collection.begin() as connection:
        for statement in STATEMENTS:
            connection.execute(sa.text(statement))
    return collection


EXPECTED = [
    Picture(
        number=1,
        root="/pictures",
        folder="old",
        name="1.png",
        size_bytes=10,
        mtime_ns=5,
        fingerprint=b"\xaa\x01",
        pixels=b"\xbb\x01",
        rating=9,
        favorite=True,
        rated_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    ),
    Picture(
        number=2,
        root="/pictures",
        folder="old",
        name="2.png",
        size_bytes=20,
        mtime_ns=5,
        fingerprint=b"\xaa\x02",
        pixels=b"\xbb\x02",
        tags=("fox",),
    ),
    Picture(
        number=3,
        root="/pictures",
        folder="old",
        name="3.png",
        size_bytes=30,
        mtime_ns=5,
        fingerprint=b"\xaa\x03",
        pixels=b"\xbb\x03",
    ),
]


@pytest.mark.parametrize("name", ["curation.json", "curation.json.gz"])
def test_what_is_written_is_read_again(curated: Collection, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert export(curated, path) == 3
    data = path.read_bytes()
    document = orjson.loads(gzip.decompress(data) if name.endswith(".gz") else data)
    assert document["format"] == "diffusion-toolkit curation"
    with reading.opened(path) as bundle:
        assert list(bundle.pictures) == EXPECTED
        assert bundle.around.roots == ("/pictures",)
        assert bundle.around.tags == ("fox",)
        assert bundle.around.folders == [Folder(root="/pictures", path="old", archived="tree")]
        assert bundle.around.albums == [Album(name="Best", pictures=(3, 1)), Album(name="Castles", query="castle")]
        assert bundle.around.saved_queries == [SavedQuery(name="Mine", query="rating>=8", view={"layout": "grid"})]
    again = tmp_path / "laid-out-anew.json"
    again.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    with reading.opened(again) as bundle:
        assert list(bundle.pictures) == EXPECTED


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n picture", b"\x1f\x8bno gzip", gzip.compress(b"a letter", mtime=0), b"{}"]
)
def test_an_export_takes_no_other_file_s_place(curated: Collection, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "there.png"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="is there already"):
        export(curated, path)
    assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.json", "out.json.gz"])
def test_an_export_takes_the_place_of_the_last_one(curated: Collection, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert export(curated, path) == 3
    assert export(curated, path) == 3


def test_a_file_that_was_cut_says_so(curated: Collection, tmp_path: Path) -> None:
    path = tmp_path / "curation.json"
    export(curated, path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]))
    with pytest.raises(UsageError, match="cut off"), reading.opened(path) as bundle:
        assert list(bundle.pictures)
    path.write_bytes(b"".join(lines)[:-40])
    with pytest.raises(UsageError, match="not whole"), reading.opened(path) as bundle:
        list(bundle.pictures)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"format": "x"}', b"\x1f\x8bxx", b'{"format":"diffusion-toolkit curation","version":9}']
)
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(data)
    with pytest.raises(UsageError), reading.opened(path) as bundle:
        list(bundle.pictures)


def older_database(path: Path, *, tags: bool = True) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE Image (Id INTEGER PRIMARY KEY, Path TEXT, FileSize INTEGER, Rating INTEGER, Favorite INTEGER,
                NSFW INTEGER, ForDeletion INTEGER, ViewedDate TEXT, TouchedDate INTEGER);
            CREATE TABLE Album (Id INTEGER PRIMARY KEY, Name TEXT, "Order" INTEGER);
            CREATE TABLE AlbumImage (AlbumId INTEGER, ImageId INTEGER);
            CREATE TABLE Query (Id INTEGER PRIMARY KEY, Name TEXT, QueryJson TEXT);
            CREATE TABLE Folder (Id INTEGER PRIMARY KEY, Path TEXT, Excluded INTEGER, Archived INTEGER);
            INSERT INTO Image VALUES
                (1, 'D:\\Pics\\ai\\a.png', 100, 8, 1, 0, 0, '2024-05-06 07:08:09', 638400000000000000),
                (2, 'D:\\Pics\\ai\\sub\\b.png', 200, NULL, 0, 0, 0, NULL, NULL),
                (3, 'D:\\Pics\\ai\\c.png', 300, NULL, 0, 0, 1, NULL, NULL),
                (4, 'E:\\other\\d.png', 400, 11, 0, 0, 0, NULL, NULL),
                (5, 'D:\\Pics\\ai\\untouched.png', 500, NULL, NULL, NULL, 0, NULL, NULL);
            INSERT INTO Album VALUES (7, 'Best', 2), (8, '', 1);
            INSERT INTO AlbumImage VALUES (7, 2), (7, 1), (7, 99);
            INSERT INTO Query VALUES (1, 'Good', '{"Query": "rating: >5", "Other": 1}'), (2, 'Broken', '{');
            INSERT INTO Folder VALUES (1, 'D:\\Pics\\ai\\old', 0, 1), (2, 'D:\\Pics\\ai', 0, 0);
            """
        )
        if tags:
            connection.executescript(
                """
                CREATE TABLE Tag (Id INTEGER PRIMARY KEY, Name TEXT);
                CREATE TABLE ImageTag (ImageId INTEGER, TagId INTEGER);
                INSERT INTO Tag VALUES (1, 'fox'), (2, 'snow');
                INSERT INTO ImageTag VALUES (2, 2), (2, 1), (2, 5);
                """
            )


def test_the_older_program_s_database(tmp_path: Path) -> None:
    path = tmp_path / "diffusion-toolkit.db"
    older_database(path)
    before = path.read_bytes()
    with diffusion_toolkit_file.opened(path, {"d:/pics": "/mnt/pictures/"}) as bundle:
        pictures = {picture.number: picture for picture in bundle.pictures}
        assert sorted(pictures) == [1, 2, 3, 4]
        first = pictures[1]
        assert (first.root, first.folder, first.name) == ("/mnt/pictures/ai", "", "a.png")
        assert (first.rating, first.favorite, first.size_bytes) == (8, True, 100)
        assert first.viewed_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
        assert first.touched_at == datetime(2024, 1, 4, 21, 20, tzinfo=UTC)
        assert (pictures[2].root, pictures[2].tags) == ("/mnt/pictures/ai/sub", ("snow", "fox"))
        assert pictures[3].for_deletion
        assert (pictures[4].root, pictures[4].rating) == ("E:\\other", None)
        assert bundle.around.albums == [Album(name="Best", position=2.0, pictures=[2, 1, 99])]
        assert bundle.around.saved_queries == [SavedQuery(name="Good", query="rating: >5")]
        assert bundle.around.folders == [Folder(root="/mnt/pictures/ai/old", path="", archived="folder")]
        assert bundle.around.tags == ["fox", "snow"]
    assert path.read_bytes() == before


def test_an_older_version_without_tags(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    older_database(path, tags=False)
    with diffusion_toolkit_file.opened(path, {}) as bundle:
        assert {picture.number: picture.tags for picture in bundle.pictures} == {1: (), 2: (), 3: (), 4: ()}


def test_damaged_and_foreign_databases(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    older_database(path)
    data = bytearray(path.read_bytes())
    data[4096:6000] = b"\xff" * 1904
    path.write_bytes(data)
    with pytest.raises(UsageError), diffusion_toolkit_file.opened(path, {}) as bundle:
        list(bundle.pictures)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (x)")
    for wrong in (other, tmp_path / "nothing.db"):
        with pytest.raises(UsageError), diffusion_toolkit_file.opened(wrong, {}) as bundle:
            list(bundle.pictures)


def packet(body: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/">{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<xmp:Rating>4</xmp:Rating>", Foreign(rating=8)),
        ("<xmp:Rating>0</xmp:Rating>", Foreign()),
        ("<xmp:Rating>-1</xmp:Rating>", Foreign(rejected=True)),
        ("<xmp:Rating>77</xmp:Rating>", Foreign()),
        ("<MicrosoftPhoto:Rating>99</MicrosoftPhoto:Rating>", Foreign(rating=10)),
        ("<MicrosoftPhoto:Rating>25</MicrosoftPhoto:Rating>", Foreign(rating=4)),
        (
            "<xmp:Rating>5</xmp:Rating>"
            "<dc:subject><rdf:Bag><rdf:li>fox</rdf:li><rdf:li>deep snow</rdf:li></rdf:Bag></dc:subject>",
            Foreign(rating=10, tags=("fox", "deep snow")),
        ),
        ("<xmp:Rating>five</xmp:Rating>", Foreign()),
    ],
)
def test_xmp_beside_and_inside(tmp_path: Path, body: str, expected: Foreign) -> None:
    inside, beside = tmp_path / "inside.webp", tmp_path / "beside.png"
    Image.new("RGB", (8, 8)).save(inside, xmp=packet(body).encode())
    Image.new("RGB", (8, 8)).save(beside)
    assert foreign_curation(str(beside)) == Foreign()
    (tmp_path / "beside.png.xmp").write_text(packet(body))
    assert foreign_curation(str(inside)) == expected
    assert foreign_curation(str(beside)) == expected


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        packet("<xmp:Rating>1e400</xmp:Rating>"),
        packet("<xmp:Rating>nan</xmp:Rating>"),
        packet("<xmp:Rating>" + "9" * 5_000 + "</xmp:Rating>"),
        packet("<a>" * 20_000),
        "\0" * 1_000,
    ],
)
def test_a_hostile_xmp_says_nothing(tmp_path: Path, text: str) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(picture)
    (tmp_path / "a.xmp").write_text(text)
    assert foreign_curation(str(picture)) == Foreign()


def test_what_is_no_file_beside_a_picture_says_nothing(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(picture)
    (tmp_path / "a.xmp").mkdir()
    assert foreign_curation(str(picture)) == Foreign()
    assert foreign_curation(str(tmp_path / "gone.png")) == Foreign()


def test_keywords_beyond_a_thousand_are_left(tmp_path: Path) -> None:
    words = "".join(f"<rdf:li>word {number}</rdf:li>" for number in range(1_500))
    picture = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(picture)
    (tmp_path / "a.xmp").write_text(packet(f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"))
    assert len(foreign_curation(str(picture)).tags) == 1_000
