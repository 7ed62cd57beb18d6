"""How large a rendition may get."""

from typing import Final

LONG_SIDE: Final = 1280
SHORT_SIDE: Final = 720
"""Of the frames of an encoded preview."""
MOST_SECONDS: Final = 600.0
"""Of film, from its beginning."""
MOST_BYTES: Final = 512 * 2**20
"""Of one rendition."""
