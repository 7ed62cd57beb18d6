"""The main colour of each picture, drawn where its thumbnail is not there yet.

revision: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"

# A table of its own: a column of `image` would stamp and announce the whole row for each thumbnail that is made.
TABLES = """
CREATE TABLE IF NOT EXISTS image_colour (
    image_id INTEGER NOT NULL,
    colour INTEGER NOT NULL,
    PRIMARY KEY (image_id),
    FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '30s'")
    op.execute(TABLES)
