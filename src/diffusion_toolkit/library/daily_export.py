"""Once a day all curation is written to a JSON file, so that not even a broken database loses it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.target_folders import own_folder
from diffusion_toolkit.store.database import Collection

FOLDER: Final = "exports"
KEPT: Final = 14
"""So many daily files are kept; older ones go."""

_DAY: Final = timedelta(hours=24)


def export_daily(collection: Collection, data_dir: Path, now: datetime | None = None) -> Path | None:
    """Write today's file, unless the last one is younger than a day or nobody decided anything yet.

    Raises StoreError when it cannot be written; older files stay then.
    """
    now = now or local_now()
    files = daily_files(collection, data_dir)
    if files and now.timestamp() - files[0].stat().st_mtime < _DAY.total_seconds():
        return None
    path = own_folder(data_dir, FOLDER) / f"{collection.name}.curation-{now:%Y-%m-%d}.json.gz"
    if export(collection, path) == 0:
        path.unlink(missing_ok=True)
        return None
    for old in daily_files(collection, data_dir)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def daily_files(collection: Collection, data_dir: Path) -> list[Path]:
    """The daily files of a collection, newest first."""
    return sorted((data_dir / FOLDER).glob(f"{collection.name}.curation-????-??-??.json.gz"), reverse=True)
