"""The page calls each program what the program calls itself."""

import re
from pathlib import Path

from diffusion_toolkit.generators import REGISTRY

PAGE = Path(__file__).parents[2] / "ui" / "src" / "lib" / "generators.ts"


def test_the_page_knows_the_name_of_every_program() -> None:
    named = re.findall(r"^  '?([\w-]+)'?: '(.+)',$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert dict(named) == {generator.slug: generator.title for generator in REGISTRY}
