"""How fast runs of models were, and on what.

revision: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

COLUMNS = """
ALTER TABLE enrich_run ADD COLUMN IF NOT EXISTS pace TEXT DEFAULT '' NOT NULL;
ALTER TABLE enrich_run ADD COLUMN IF NOT EXISTS device TEXT;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '30s'")
    op.execute(COLUMNS)
