"""The folders that backups and exports are written into: those of the data folder are made, others must be there."""

from pathlib import Path

from diffusion_toolkit.errors import StoreError, UsageError
from diffusion_toolkit.paths import printable, stored_name


def own_folder(data_dir: Path, name: str) -> Path:
    """A folder of the data folder, made when it is not there. Raises StoreError when it cannot be made."""
    folder = data_dir / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} could not be made: {error.strerror or error}.") from error
    return folder


def require_folder_of(path: Path) -> None:
    """Raise UsageError when the folder of a file that is to be written is not there.

    It is not made: where its drive is away, the file would land on another one.
    """
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {printable(stored_name(str(path.parent)))}. Is its drive connected?")
