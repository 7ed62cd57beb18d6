"""One image: details, file and thumbnail, found only through its number."""

import os
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.errors import NotFound, Refused, UnreadableFile
from diffusion_toolkit.library.images import image_detail, image_file, image_thumbnail, images_per_root
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.paths import stored_name
from diffusion_toolkit.record import Lora
from diffusion_toolkit.store.database import Collection


def put(collection: Collection, root: Path, folder: str, name: str, fingerprint: bytes | None = None) -> int:
    """One image row as a scan would write it."""
    path = root / folder / name
    status = path.stat() if path.exists() else None
    with collection.begin() as connection:
        root_id = connection.scalar(
            sa.text(
                "INSERT INTO root (identity, path) VALUES (:identity, :path)"
                " ON CONFLICT (identity) DO UPDATE SET path = excluded.path RETURNING id"
            ),
            {"path": stored_name(str(root)), "identity": str(root).encode()},
        )
        found = connection.scalar(
            sa.text(
                "WITH f AS (INSERT INTO folder (root_id, identity, path) VALUES (:root, :identity,"
                " :folder) ON CONFLICT (root_id, identity) DO UPDATE SET path = excluded.path RETURNING id)"
                " INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, fingerprint)"
                " SELECT f.id, :name, :size, :mtime, to_timestamp(1e9), :fingerprint FROM f RETURNING id"
            ),
            {
                "root": root_id,
                "folder": folder,
                "identity": folder.encode(),
                "name": stored_name(name),
                "size": status.st_size if status else 1,
                "mtime": status.st_mtime_ns if status else 1,
                "fingerprint": fingerprint,
            },
        )
    assert isinstance(found, int)
    return found


def paint(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 200), colour).save(path, "PNG")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbnails")


def test_the_file_of_an_image(collection: Collection, tmp_path: Path) -> None:
    path = paint(tmp_path / "root" / "sub" / "a b.png")
    found = image_file(collection, put(collection, tmp_path / "root", "sub", "a b.png"))
    assert (found.path, found.name) == (path.resolve(), "a b.png")


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_not_unicode(collection: Collection, tmp_path: Path, cache: ThumbnailCache) -> None:
    name = os.fsdecode(b"\xff.png")
    paint(tmp_path / "root" / name)
    image = put(collection, tmp_path / "root", "", name)
    assert image_file(collection, image).name == "\ufffd.png"
    assert image_detail(collection, image).name == "\ufffd.png"
    assert image_thumbnail(collection, image, 128, cache)


@pytest.mark.parametrize(
    ("folder", "name"), [("..", "secret.png"), ("", "../secret.png"), ("a/../..", "secret.png"), ("/etc", "passwd")]
)
def test_nothing_outside_the_root_is_given(
    collection: Collection, tmp_path: Path, cache: ThumbnailCache, folder: str, name: str
) -> None:
    paint(tmp_path / "secret.png")
    (tmp_path / "root" / "a").mkdir(parents=True)
    image = put(collection, tmp_path / "root", folder, name)
    with pytest.raises(Refused):
        image_file(collection, image)
    with pytest.raises(Refused):
        image_thumbnail(collection, image, 128, cache)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_out_of_the_root_is_not_followed(collection: Collection, tmp_path: Path) -> None:
    paint(tmp_path / "secret.png")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(Refused):
        image_file(collection, put(collection, tmp_path / "root", "", "a.png"))


def test_what_is_not_there_says_so(collection: Collection, tmp_path: Path, cache: ThumbnailCache) -> None:
    (tmp_path / "root").mkdir()
    image = put(collection, tmp_path / "root", "", "gone.png")
    with pytest.raises(NotFound, match=r"gone\.png is not there"):
        image_file(collection, image)
    with pytest.raises(NotFound, match=r"gone\.png is not there"):
        image_thumbnail(collection, image, 128, cache)
    for number in (image + 1, 2**31 - 1):
        with pytest.raises(NotFound, match="no such image"):
            image_file(collection, number)
        with pytest.raises(NotFound, match="no such image"):
            image_detail(collection, number)


def test_an_unplugged_drive_still_shows_what_was_made(
    collection: Collection, tmp_path: Path, cache: ThumbnailCache
) -> None:
    paint(tmp_path / "root" / "a.png")
    image = put(collection, tmp_path / "root", "", "a.png", b"f" * 16)
    made = image_thumbnail(collection, image, 128, cache)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE root SET state = 'unavailable'"))
    (tmp_path / "root").rename(tmp_path / "elsewhere")
    assert image_thumbnail(collection, image, 128, cache) == made
    with pytest.raises(NotFound, match="Is its drive connected"):
        image_thumbnail(collection, image, 256, cache)
    with pytest.raises(NotFound, match="Is its drive connected"):
        image_file(collection, image)


def test_copies_share_a_thumbnail(collection: Collection, tmp_path: Path, cache: ThumbnailCache) -> None:
    images: list[int] = []
    for name in ("a.png", "b.png"):
        paint(tmp_path / "root" / name)
        images.append(put(collection, tmp_path / "root", "", name, b"f" * 16))
    assert image_thumbnail(collection, images[0], 128, cache) == image_thumbnail(collection, images[1], 128, cache)
    assert len(list((tmp_path / "thumbnails").rglob("*.webp"))) == 1


def test_what_was_made_before_the_deep_scan_is_kept(
    collection: Collection, tmp_path: Path, cache: ThumbnailCache
) -> None:
    paint(tmp_path / "root" / "a.png")
    image = put(collection, tmp_path / "root", "", "a.png")
    made = image_thumbnail(collection, image, 128, cache)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE image SET fingerprint = 'ffffffffffffffff'"))
    assert image_thumbnail(collection, image, 128, cache) == made
    assert [path.name for path in (tmp_path / "thumbnails").rglob("*.webp")] == [f"{b'f'.hex() * 16}-128.webp"]


def test_a_rewritten_file_does_not_pass_for_the_old_one(
    collection: Collection, tmp_path: Path, cache: ThumbnailCache
) -> None:
    paint(tmp_path / "root" / "a.png", "red")
    image = put(collection, tmp_path / "root", "", "a.png", b"f" * 16)
    os.utime(paint(tmp_path / "root" / "a.png", "blue"), (1, 1))
    blue = image_thumbnail(collection, image, 128, cache)
    os.utime(paint(tmp_path / "root" / "a.png", "red"), (2, 2))
    red = image_thumbnail(collection, image, 128, cache)
    assert blue != red
    assert cache.get((b"f" * 16).hex(), 128) is None


def test_a_file_without_a_picture(collection: Collection, tmp_path: Path, cache: ThumbnailCache) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.png").write_bytes(b"no picture")
    with pytest.raises(UnreadableFile):
        image_thumbnail(collection, put(collection, tmp_path / "root", "", "a.png"), 128, cache)


def test_the_details_of_a_bare_image(collection: Collection, tmp_path: Path) -> None:
    paint(tmp_path / "root" / "sub" / "a.png")
    detail = image_detail(collection, put(collection, tmp_path / "root", "sub", "a.png"))
    assert detail.path == str(tmp_path / "root" / "sub" / "a.png")
    assert detail.folder == str(tmp_path / "root" / "sub")
    assert detail.root == str(tmp_path / "root")
    assert (detail.date, detail.rating, detail.favorite, detail.recipe) == (1e9, None, False, None)
    assert detail.problem_texts == ()


def test_the_recipe_is_put_together_from_columns_and_json(collection: Collection, tmp_path: Path) -> None:
    image = put(collection, tmp_path, "", "a.png")
    record = {
        "source": "png:parameters",
        "vae": "x.pt",
        "size": [512, 768],
        "loras": [{"name": "detail", "weight": 0.5}, {"name": "bare"}],
        "extra": {"Version": "v1.10", "<b>": "</script>"},
        "problems": ["One thing."],
    }
    with collection.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO generator (identity, name) VALUES ('g', 'comfyui');"
                "INSERT INTO prompt (identity, text) VALUES ('p', 'a castle'), ('n', 'blurry');"
                "INSERT INTO model (identity, name, hash) VALUES ('m', '', 'abc123');"
                "UPDATE image SET generator_id = 1, prompt_id = 1, negative_prompt_id = 2, model_id = 1, steps = 20,"
                " cfg_scale = 7.1, seed = 18446744073709551615"
            )
        )
        connection.execute(
            sa.text("INSERT INTO recipe (image_id, record) VALUES (:id, CAST(:record AS jsonb))"),
            {"id": image, "record": orjson.dumps(record).decode()},
        )
    detail = image_detail(collection, image)
    recipe = detail.recipe
    assert recipe is not None
    assert (recipe.generator, recipe.prompt, recipe.negative_prompt) == ("comfyui", "a castle", "blurry")
    assert (recipe.model, recipe.model_hash, recipe.steps, recipe.cfg_scale) == (None, "abc123", 20, 7.1)
    assert (recipe.seed, recipe.size) == (2**64 - 1, (512, 768))
    assert recipe.loras == (Lora(name="detail", weight=0.5), Lora(name="bare"))
    assert recipe.extra["<b>"] == "</script>"
    assert detail.problem_texts == ("One thing.",)


def test_images_are_counted_per_root(collection: Collection, tmp_path: Path) -> None:
    for root in ("one", "two"):
        for number in range(3):
            put(collection, tmp_path / root, "", f"{number}.png")
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE image SET missing_since = now() WHERE id = 1"))
    assert sorted(images_per_root(collection).values()) == [2, 3]
