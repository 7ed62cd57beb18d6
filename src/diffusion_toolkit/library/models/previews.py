"""Preview pictures of models: the one beside the file, else the one that was loaded from Civitai."""

import hashlib

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.models.civitai import kept_preview
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.thumbnails import thumbnail
from diffusion_toolkit.paths import inside
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection


def preview(collection: Collection, file_id: int, size: int, cache: ThumbnailCache) -> bytes:
    """A WebP of a model's preview. Raises NotFound when it has none, UnreadableFile when it is no picture."""
    with collection.begin() as connection:
        row = store.file(connection, file_id)
        roots = {root.id: root.path for root in store.roots(connection)}
    if row is None:
        raise NotFound("There is no such model.")
    if row.preview_path is not None:
        path = inside(roots[row.root_id], row.preview_path)
        if path.is_file():
            status = path.stat()
            text = f"{path}\0{status.st_size}\0{status.st_mtime_ns}"
            key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
            return cache.get_or_make(key, size, lambda: thumbnail(path, size))
    found = kept_preview(collection, file_id)
    if found is None:
        raise NotFound("This model has no preview picture.")
    return found
