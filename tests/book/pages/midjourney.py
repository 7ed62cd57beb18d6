"""Midjourney."""

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

PAGES = [
    Page(
        name="midjourney-6.png",
        about="flags with values and without, the id of the job",
        data=drawn_png(
            text_chunk(
                "Description",
                "an otter -- half asleep, kelp::2 --ar 3:2 --no people, boats --tile --s 250 --seed 12 --v 6.1 "
                "Job ID: 0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f",
            ),
            text_chunk("Author", "mole"),
            text_chunk("Creation Time", "Sat, 06 Jan 2024 10:00:00 GMT"),
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "midjourney",
            "generator_version": "6.1",
            "source": "png:Description",
            "prompt": "an otter -- half asleep, kelp::2",
            "negative_prompt": "people, boats",
            "seed": 12,
            "extra": {
                "ar": "3:2",
                "tile": True,
                "s": "250",
                "Job ID": "0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f",
                "Author": "mole",
                "Creation Time": "Sat, 06 Jan 2024 10:00:00 GMT",
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="midjourney-niji.png",
        about="the model for drawings",
        data=drawn_png(text_chunk("Description", "an otter --niji 6 Job ID: 0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f")),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "midjourney",
            "generator_version": "niji 6",
            "source": "png:Description",
            "prompt": "an otter",
            "extra": {"Job ID": "0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f"},
            "workflow": False,
            "problems": [],
        },
    ),
]
