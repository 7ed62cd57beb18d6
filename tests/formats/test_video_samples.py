"""Films and AVIF pictures that real generators wrote, against what ffprobe and ExifTool say of them."""

import json
from pathlib import Path

import pytest

from diffusion_toolkit.formats import Container, read_container

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "comfyui"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")


def samples(extension: str) -> list[Container]:
    return [read_container(path) for path in sorted(SAMPLES.glob(f"*.{extension}"))]


def test_films_of_video_combine() -> None:
    for film in samples("mp4"):
        assert (film.width, film.height, film.duration_s, film.frame_rate) == (512, 512, 2.0, 8.0)
        assert (film.codec, film.audio_codec, film.problems) == ("h264", None, ())
        comment = film.text("mp4:comment")
        assert comment is not None
        assert set(json.loads(comment.value)) == {"prompt", "workflow"}


def test_an_avif_with_xmp() -> None:
    for picture in samples("avif"):
        assert (picture.format, picture.width, picture.height, picture.problems) == ("avif", 2, 2, ())
        assert picture.text("xmp") is not None
