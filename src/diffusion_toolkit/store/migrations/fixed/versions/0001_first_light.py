"""The schema above all collections: their list, and the identity of this cluster.

revision: 0001
"""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE dtk.cluster (
    single BOOLEAN DEFAULT true NOT NULL CHECK (single),
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    restore_epoch INTEGER DEFAULT 0 NOT NULL,
    PRIMARY KEY (single)
);
CREATE TABLE dtk.collection (
    name TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (name)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute("INSERT INTO dtk.cluster DEFAULT VALUES")
