"""Takes ratings and keywords that other programs wrote into the pictures of this library, or beside them."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.library.portable.entry import Picture
from diffusion_toolkit.library.portable.xmp_ratings import Foreign, foreign_curation
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.store import portable
from diffusion_toolkit.store.database import Collection

AT_ONCE = 1_000


def rated_elsewhere(collection: Collection, image_ids: Sequence[int] | NDArray[np.integer]) -> Iterator[Picture]:
    """Those of these images about which another program wrote a rating, a rejection or keywords."""
    ids = [int(image_id) for image_id in image_ids]
    for first in range(0, len(ids), AT_ONCE):
        with collection.begin() as connection:
            places = portable.places(connection, ids[first : first + AT_ONCE])
        for image_id, root, folder, name in places:
            foreign = foreign_curation(os.path.join(*map(system_name, (root, folder, name))))
            if foreign != Foreign():
                yield Picture(
                    number=image_id,
                    root=root,
                    folder=folder,
                    name=name,
                    rating=foreign.rating,
                    for_deletion=foreign.rejected,
                    tags=foreign.tags,
                )
