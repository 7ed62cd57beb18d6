"""Names as they are compared: the keys of tags, albums, saved queries and whatever else a person names."""

import unicodedata


def name_key(name: str) -> str:
    """A name as it is compared with others: case, width of letters and number of blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def tag_key(name: str) -> str:
    """A tag as it is compared with others: as `name_key`, and "long_hair" is "long hair"."""
    return name_key(name.replace("_", " "))
