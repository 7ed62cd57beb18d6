"""Details, files and thumbnails over HTTP."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from container_bytes import png, text_chunk
from diffusion_toolkit.library.explain import Explainer
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web import Library, WebOptions, create_app
from pictures import parameters, save_png
from web.visitor import C, Visitor, all_images, kind, only_image

Scan = Callable[[], Root]
HOSTILE = "<script>alert(1)</script>\"'`{{7*7}}\u2028</textarea>"


@pytest.fixture
def image(client: Visitor, pictures: Path, scanned: Scan) -> dict[str, object]:
    save_png(pictures / "sub" / "a.png", texts={"parameters": parameters("a castle", seed=2**64 - 1)})
    scanned()
    return only_image(client)


def address(image: dict[str, object], what: str = "") -> str:
    return f"{C}/images/{image['id']}{what}"


def test_the_details(client: Visitor, image: dict[str, object]) -> None:
    detail = client.get(address(image)).json()
    of_the_list = {"in_album", "words"}  # the details say these in other words
    assert {key: detail[key] for key in image if key not in of_the_list} == {
        key: value for key, value in image.items() if key not in of_the_list
    }
    assert detail["recipe"]["prompt"] == "a castle"
    assert detail["recipe"]["seed"] == "18446744073709551615"
    assert detail["recipe"]["generator"] == "automatic1111"
    assert detail["problem_texts"] == []
    assert detail["root"] == str(Path(str(detail["folder"])).parent)


def test_where_the_values_stand_is_read_from_the_file_now(client: Visitor, image: dict[str, object]) -> None:
    found = client.get(address(image, "/explain"))
    assert found.status_code == 200
    explained = found.json()
    assert explained["generator"] == "automatic1111"
    assert {place["source"] for place in explained["origins"]["seed"]} == {"png:parameters"}
    [seen] = explained["seen"]
    assert (seen["source"], seen["used"], explained["problems"]) == ("png:parameters", True, [])
    assert seen["characters"] > 50
    save_png(Path(str(image["path"])), texts={"Title": "only a name"})
    again = client.get(address(image, "/explain")).json()
    assert (again["generator"], again["origins"]) == (None, {})
    assert again["seen"] == [{"source": "png:Title", "characters": 11, "used": False}]


def test_plugins_of_the_data_folder_are_told_and_explain(
    client: Visitor, library: Library, image: dict[str, object], tmp_path: Path
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o755)
    (folder / "bad.py").write_text("import nowhere_at_all")
    (folder / "tide.py").write_text(
        "from diffusion_toolkit.generators import Generator, Origin, Recipe\n"
        "GENERATOR = Generator(slug='tide', title='Tide', sources=('png:parameters',), api_version=1,\n"
        "    read=lambda _: Recipe(generator='tide', source='png:parameters', seed=5,\n"
        "        origins={'seed': (Origin('png:parameters', 'moon'),)}))"
    )
    other = Library(
        database=library.database,
        data_dir=library.data_dir,
        thumbnails=library.thumbnails,
        open_catalog=lambda _: library.search("main").catalog,
        start_scan=library.start_scan,
        plugin_folder=str(folder),
    )
    visitor = Visitor(create_app(other, WebOptions()))
    explained = visitor.get(address(image, "/explain")).json()
    assert explained["origins"] == {
        "seed": [{"source": "png:parameters", "key": "moon", "node": None, "node_class": None}]
    }
    status = visitor.get("/api/status").json()
    assert status["plugins"] == ["tide"]
    [failure] = status["plugin_failures"]
    assert failure["name"] == "bad"
    assert "No module named 'nowhere_at_all'" in failure["message"]
    other.explainer.close()


def test_a_file_that_kills_its_reader_is_explained_as_a_problem(
    client: Visitor, library: Library, image: dict[str, object]
) -> None:
    library.explainer = Explainer(limits=Limits(busy_s=0.5, memory_bytes=2**20))
    path = Path(str(image["path"]))
    path.write_bytes(png(text_chunk("parameters", "x" * 8 * 2**20)))
    assert client.get(address(image, "/explain")).json()["problems"] == [
        "This file needs more than 1 MB of memory to read."
    ]
    save_png(path, texts={"Title": "only a name"})
    assert client.get(address(image, "/explain")).json()["problems"] == []
    library.explainer.close()


def test_hostile_text_is_only_data(client: Visitor, pictures: Path, scanned: Scan) -> None:
    save_png(
        pictures / "a.png", texts={"parameters": parameters(HOSTILE, seed=1, model="<img src=x onerror=alert(1)>")}
    )
    scanned()
    answer = client.get(address(only_image(client)))
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["recipe"]["prompt"] == HOSTILE


def test_the_file_with_its_type_and_lasting_address(client: Visitor, image: dict[str, object]) -> None:
    answer = client.get(address(image, "/file"), params={"v": image["version"]})
    assert answer.content == Path(str(image["path"])).read_bytes()
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "immutable" not in client.get(address(image, "/file")).headers["Cache-Control"]
    assert "immutable" not in client.get(address(image, "/file"), params={"v": "other"}).headers["Cache-Control"]


def test_what_the_browser_has_is_not_sent_again(client: Visitor, image: dict[str, object]) -> None:
    for what in ("/file", "/thumbnail"):
        tag = client.get(address(image, what)).headers["ETag"]
        for given in (tag, f'"x", W/{tag}'):
            again = client.get(address(image, what), headers={"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == tag
        assert client.get(address(image, what), headers={"If-None-Match": '"x"'}).status_code == 200


def test_ranges(client: Visitor, image: dict[str, object]) -> None:
    whole = Path(str(image["path"])).read_bytes()
    answer = client.get(address(image, "/file"), headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, whole[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert client.get(address(image, "/file"), headers={"Range": "bytes=-5"}).content == whole[-5:]
    assert client.get(address(image, "/file"), headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert client.get(address(image, "/file"), headers={"Range": "bytes=9-1"}).status_code in (400, 416)


NO_PICTURES = [
    b"<!doctype html><script>alert(1)</script>",
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    b"%PDF-1.4",
    b"GIF8 no",
    b"II*\0 a tiff",
]


def test_what_is_no_picture_is_offered_as_a_download(client: Visitor, image: dict[str, object]) -> None:
    for content in NO_PICTURES:
        Path(str(image["path"])).write_bytes(content)
        answer = client.get(address(image, "/file"))
        assert answer.headers["Content-Type"] == "application/octet-stream", content
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_names_in_headers_are_harmless(client: Visitor, pictures: Path, scanned: Scan) -> None:
    save_png(pictures / 'a"\r\nSet-Cookie: x=y; ☃.png', texts={})
    scanned()
    answer = client.get(address(only_image(client), "/file"))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_thumbnail(client: Visitor, image: dict[str, object]) -> None:
    answer = client.get(address(image, "/thumbnail"), params={"size": 128, "v": image["version"]})
    assert answer.headers["Content-Type"] == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.content)).size == (96, 64)


def test_only_four_sizes_are_made(stranger: Visitor) -> None:
    for size in ("127", "0", "-1", "100000", "big", "", "1e2", "256.5"):
        answer = stranger.get(f"{C}/images/1/thumbnail", params={"size": size})
        assert (answer.status_code, kind(answer)) == (400, "usage"), size


def test_damaged_and_missing_files_say_so(client: Visitor, pictures: Path, scanned: Scan) -> None:
    (pictures / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    save_png(pictures / "b.png", texts={})
    scanned()
    damaged, gone = all_images(client, expected=2)
    Path(str(gone["path"])).unlink()
    answer = client.get(address(damaged, "/thumbnail"))
    assert (answer.status_code, kind(answer)) == (422, "unreadable")
    assert "vips" not in answer.text
    assert client.get(address(damaged)).json()["problem_texts"]
    for what in ("/file", "/thumbnail", "/explain"):
        answer = client.get(address(gone, what))
        assert (answer.status_code, kind(answer)) == (404, "not_found")
        assert "b.png is not there" in answer.text
        assert "immutable" not in answer.headers["Cache-Control"]


def test_other_numbers_give_nothing(client: Visitor, stranger: Visitor) -> None:
    for what in ("", "/file", "/thumbnail", "/explain"):
        assert client.get(f"{C}/images/999{what}").status_code == 404
        for number in ("0", "-1", "2147483648", "1e3", "..", "%2e%2e", "1%00", "a"):
            assert stranger.get(f"{C}/images/{number}{what}").status_code in (400, 404), number


def test_a_row_that_points_outside_gives_nothing(
    client: Visitor, collection: Collection, image: dict[str, object]
) -> None:
    root = Path(str(image["folder"])).parent
    (root.parent / "secret.png").write_bytes(b"secret")
    for path in ("../../secret.png", "..\\..\\secret.png", "/etc/passwd", "%2e%2e/%2e%2e/secret.png"):
        with collection.begin() as connection:
            connection.execute(sa.text("UPDATE image SET name = :name"), {"name": path})
        for what in ("/file", "/thumbnail", "/explain"):
            assert client.get(address(image, what)).status_code in (403, 404), path


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_file_that_became_a_link_outside_gives_nothing(
    client: Visitor, image: dict[str, object], tmp_path: Path
) -> None:
    save_png(tmp_path / "secret.png", texts={})
    path = Path(str(image["path"]))
    path.unlink()
    path.symlink_to(tmp_path / "secret.png")
    for what in ("/file", "/thumbnail", "/explain"):
        assert client.get(address(image, what)).status_code == 403
