"""Names that a folder may be given."""

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.names import checked_name
from diffusion_toolkit.library.scanning.walk import is_skipped


def folder_name(name: str) -> str:
    """The name, if a folder can be called so everywhere. Raises UsageError with the reason otherwise."""
    try:
        checked_name(name)
    except UsageError as error:
        raise UsageError(
            str(error).replace("name of a file", "name of a folder").replace("A file", "A folder")
        ) from error
    if is_skipped(name):
        raise UsageError(f'Folders called "{name}" belong to the system; the library passes over them.')
    return name
