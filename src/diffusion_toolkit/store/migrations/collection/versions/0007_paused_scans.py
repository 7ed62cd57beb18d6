"""Scans that a person paused, and what is left of them.

revision: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = """
ALTER TABLE scan_run ADD COLUMN IF NOT EXISTS pause_asked BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE scan_run ADD COLUMN IF NOT EXISTS phases TEXT[] DEFAULT '{}' NOT NULL;
ALTER TABLE scan_run ADD COLUMN IF NOT EXISTS folder_ids INTEGER[] DEFAULT '{}' NOT NULL;
"""
# Dropped and made again: a CHECK cannot be altered.
STATES = """
ALTER TABLE scan_run DROP CONSTRAINT IF EXISTS scan_run_state;
ALTER TABLE scan_run ADD CONSTRAINT scan_run_state
    CHECK (state IN ('waiting', 'running', 'paused', 'done', 'cancelled', 'failed'));
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '30s'")
    op.execute(COLUMNS)
    op.execute(STATES)
