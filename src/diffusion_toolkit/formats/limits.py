"""How much a file may ask of us before we stop reading it. Every number is far above what real programs write.

Together they keep the reading of any file under 100 ms of CPU and 64 MB, plus 50 ms and 12 MB for each MB of
metadata. Texts hidden in pixels have a budget of their own: see the last two numbers about pixels.
"""

LARGEST_TEXT_BYTES = 32 * 1024 * 1024
"""One text after decompression. A ComfyUI workflow of 20 MB is the largest that was ever reported."""

LARGEST_TEXTS_BYTES = 64 * 1024 * 1024
"""All texts of a file together."""

LARGEST_GROWTH = 100
FREE_GROWTH_BYTES = 4 * 1024 * 1024
"""A compressed text may grow to 4 MiB, and beyond that to 100 times its size: workflows compress 5 to 30 times."""

REFUSED_TEXT_COSTS = 4
"""A text that grew too much counts so often among all texts of its file: such texts are made to keep a reader busy."""

MOST_TEXTS = 4_096
"""Texts of one file; some programs write one for each setting, which are about forty."""

MOST_CHUNKS = 65_536
"""Chunks of a PNG. libpng cuts pixel data at 8 KiB, so this is a PNG of 512 megabytes."""

MOST_WEBP_CHUNKS = 16_384
"""Chunks of a WebP: one for each frame of an animation, at 25 a second eleven minutes."""

MOST_SEGMENTS = 4_096
"""Segments of a JPEG before its pixels; each holds 64 KiB at most."""

MOST_EXTENDED_XMP = 4
"""Extended XMP packets of a JPEG; there should be one."""

MOST_EXIF_ENTRIES = 1_024
"""Entries of one EXIF or TIFF directory; real ones have some dozens."""

MOST_EXIF_DIRECTORIES = 8
"""Directories of one EXIF block; there are two to four."""

MOST_TIFF_DIRECTORIES = 64
"""Directories of one TIFF file: one for each page, and one for the EXIF data of each."""

MOST_TIFF_STRIPS = 65_536
"""Strips or tiles of one page of a TIFF: with tiles of 256 pixels a page of 65,536 x 65,536."""

MOST_IPTC_ENTRIES = 1_024
"""Entries of one IPTC or Photoshop block."""

MOST_XMP_ELEMENTS = 20_000
MOST_XMP_PROPERTIES = 1_000
DEEPEST_XMP = 64
"""Elements of one XMP packet, properties taken from it, elements inside one another."""

MOST_GIF_PARTS = 32_768
MOST_GIF_BLOCKS = 500_000
LARGEST_GIF_WALK_BYTES = 64 * 1024 * 1024
"""Pictures and extensions of a GIF, blocks of data within them (at most 255 bytes each), and bytes that are walked."""

LARGEST_SIDE = 2**31 - 1
"""Pixels of one side of a picture."""

LARGEST_HIDING_PIXELS = 64 * 1024 * 1024
"""Pixels of a picture that is decoded because it begins with the mark of a hidden text: 8192 x 8192, 256 MB, about
a second and a half."""

LARGEST_SEARCHED_PIXELS = 16 * 1024 * 1024
"""Pixels of a picture that must be decoded to see whether it has the mark: lossless WebP and interlaced PNG. Takes
about half a second and 128 MB at most."""

MOST_BOXES = 10_000
"""Boxes of an MP4, AVIF or HEIF; a film has some 50 per track, a picture of tiles one per tile."""

LARGEST_BOX_BYTES = 1024 * 1024
"""One table of such a file. A table of 65,536 tiles is as large."""

MOST_FRAGMENTS = 1_000
"""Fragments of a fragmented film that are counted when no index tells its length."""

MOST_TABLE_ROWS = 4_096
"""Rows read of a table of frame lengths; almost every film has one."""

MOST_ITEMS = 20_000
"""Items of an AVIF or HEIF; a camera's 48 megapixels are 192 tiles."""

MOST_ELEMENTS = 10_000
"""Elements read of a WebM or Matroska file, and chunks of an AVI."""

DEEPEST_TAGS = 8
"""Tags within tags of a Matroska file; real ones have two levels."""

LARGEST_SIDECAR_BYTES = 1024 * 1024
"""A text beside a picture; longer ones are logs. A JSON file may hold a workflow, so it may be as long as any text."""

LONGEST_CAPTION = 16_384
"""Characters of a caption; lists of tags for training have some hundreds."""

MOST_FOLDERS_KNOWN = 64
"""Folders whose sidecars are remembered."""

MOST_SIDECARS_KNOWN = 300_000
"""Names of sidecars remembered in all; each takes about 100 bytes."""
