"""Pictures as models get them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from diffusion_toolkit.enrich.captions.pictures import JOYCAPTION_FORM, PictureForm, data_url
from diffusion_toolkit.enrich.captions.provider import Question, Sampling, chat_request
from diffusion_toolkit.enrich.captions.sample import sample_picture


def opened(url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2], validate=True)))


def test_joycaption_sees_what_it_was_trained_on() -> None:
    """Squished by Pillow's Lanczos filter, as the published script does it, to the last bit."""
    pixels = np.random.default_rng(5).integers(0, 256, (300, 700, 3), np.uint8)
    url = data_url(pixels, JOYCAPTION_FORM)
    assert url.startswith("data:image/png;base64,")
    reference = Image.fromarray(pixels).resize((384, 384), Image.Resampling.LANCZOS)
    assert np.array_equal(np.asarray(opened(url)), np.asarray(reference))
    exact = sample_picture()[:, :384]
    assert np.array_equal(np.asarray(opened(data_url(exact, JOYCAPTION_FORM))), exact)


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(300, 900, (600, 200)), (900, 300, (200, 600)), (600, 600, (600, 600)), (20, 30, (30, 20))],
)
def test_for_servers_pictures_are_shrunk_and_keep_their_shape(height: int, width: int, size: tuple[int, int]) -> None:
    picture = opened(data_url(np.full((height, width, 3), 99, np.uint8), PictureForm(side=600)))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
    assert np.abs(np.asarray(picture).astype(int) - 99).max() <= 2


@pytest.mark.parametrize("form", [JOYCAPTION_FORM, PictureForm(side=100)])
def test_what_shows_through_is_white(form: PictureForm) -> None:
    clear = np.zeros((50, 50, 4), np.uint8)
    assert np.asarray(opened(data_url(clear, form))).min() >= 254


def test_the_request_is_the_one_of_openai() -> None:
    question = Question(picture="data:image/png;base64,AA==", instruction="What?", system="Be kind.")
    assert chat_request(question) == {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                    {"type": "text", "text": "What?"},
                ],
            },
        ],
        "temperature": 0.6,
        "top_p": 0.9,
        "max_tokens": 512,
    }
    silent = Question(picture="x", instruction="What?", system="", sampling=Sampling(temperature=0, seed=3))
    body = chat_request(silent, {"top_k": 0})
    assert [turn["role"] for turn in body["messages"]] == ["user"]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType, reportIndexIssue]
    assert (body["seed"], body["top_k"], body["temperature"]) == (3, 0, 0)


def test_a_second_try_is_made_otherwise() -> None:
    first = Sampling(temperature=0.6, seed=1)
    second = first.otherwise
    assert second.temperature == pytest.approx(0.9)
    assert second.frequency_penalty > 0
    assert second.seed not in (None, 1)
    assert Sampling(temperature=1.5).otherwise.temperature == 1.5
