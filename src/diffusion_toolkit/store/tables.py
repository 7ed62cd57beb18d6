"""The tables of one collection, and the two that stand above all collections.

A collection is a PostgreSQL schema; its tables carry no schema here, because every transaction sets it
(`store.database`). Columns named `changed_in` hold the transaction that last wrote the row: triggers of the
migration keep them, the catalog follows them. Text that users or files decide is unique by SHA-256 (`identity`), since
a b-tree refuses more than 2.7 kB.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, UUID
from sqlalchemy.types import UserDefinedType

FIXED_SCHEMA = "dtk"


class Xid8(UserDefinedType[int]):
    """A full transaction id, 64 bits."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


metadata = sa.MetaData()
fixed_metadata = sa.MetaData(schema=FIXED_SCHEMA)


def _changed_in() -> sa.Column[int]:
    return sa.Column("changed_in", Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()"))


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(
        name, sa.TIMESTAMP(timezone=True), nullable=nullable, server_default=None if nullable else sa.text("now()")
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))


def _distinct(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """A table of distinct values: number, SHA-256 of the value, the value."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("identity", BYTEA, nullable=False, unique=True),
        *columns,
        _changed_in(),
    )


collection = sa.Table(
    "collection",
    fixed_metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
)

cluster = sa.Table(
    "cluster",
    fixed_metadata,
    sa.Column("single", sa.Boolean, sa.CheckConstraint("single"), primary_key=True, server_default=sa.text("true")),
    sa.Column("id", UUID, nullable=False, server_default=sa.text("gen_random_uuid()")),
    sa.Column("restore_epoch", sa.Integer, nullable=False, server_default=sa.text("0")),
)

root = sa.Table(
    "root",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("identity", BYTEA, nullable=False, unique=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'available'")),
    _moment("added_at", nullable=False),
    _moment("scanned_at"),
    sa.Column("recursive", sa.Boolean, nullable=False, server_default=sa.text("true")),
    sa.Column("watched", sa.Boolean, nullable=False, server_default=sa.text("true")),
    _changed_in(),
    sa.CheckConstraint("state IN ('available', 'unavailable')", name="root_state"),
)

folder = sa.Table(
    "folder",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("root_id", sa.Integer, sa.ForeignKey("root.id", ondelete="CASCADE"), nullable=False),
    sa.Column("identity", BYTEA, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    # excluded: its pictures are not in the library; archived: scans pass over it. 'tree' holds for all folders below,
    # those that come later too.
    sa.Column("excluded", sa.Text, nullable=False, server_default=sa.text("'no'")),
    sa.Column("archived", sa.Text, nullable=False, server_default=sa.text("'no'")),
    _moment("missing_since"),
    _changed_in(),
    sa.UniqueConstraint("root_id", "identity"),
    sa.CheckConstraint("excluded IN ('no', 'folder', 'tree')", name="folder_excluded"),
    sa.CheckConstraint("archived IN ('no', 'folder', 'tree')", name="folder_archived"),
)

sa.Index("folder_changed", folder.c.changed_in)

prompt = _distinct("prompt", sa.Column("text", sa.Text, nullable=False))
model = _distinct("model", sa.Column("name", sa.Text, nullable=False), sa.Column("hash", sa.Text))
sampler = _distinct("sampler", sa.Column("name", sa.Text, nullable=False))
scheduler = _distinct("scheduler", sa.Column("name", sa.Text, nullable=False))
generator = _distinct("generator", sa.Column("name", sa.Text, nullable=False))

# What a recipe names beside its model, several of a kind: see `store.readings.RESOURCE_KINDS`.
resource = _distinct("resource", sa.Column("kind", sa.Text, nullable=False), sa.Column("name", sa.Text, nullable=False))

# A graph is unique by its own fingerprint. Nodes and slots lie as `record.WorkflowGraph` has them.
workflow_graph = _distinct(
    "workflow_graph",
    sa.Column("node_classes", ARRAY(sa.Text), nullable=False),
    sa.Column("slot_nodes", ARRAY(sa.Integer), nullable=False),
    sa.Column("slot_names", ARRAY(sa.Text), nullable=False),
)


def _refers(name: str, to: sa.Table) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(to.c.id))


image = sa.Table(
    "image",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    # No foreign key: its trigger takes 1 s of the 1.8 s that COPY needs for 200,000 rows. Folders go only with their
    # root, under its lock, after their images (`store.roots.delete_root`).
    sa.Column("folder_id", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("file_date", sa.TIMESTAMP(timezone=True), nullable=False),
    _moment("added_at", nullable=False),
    _moment("missing_since"),
    sa.Column("phase", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("problems", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("format", sa.Text),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("duration_s", sa.REAL),
    sa.Column("codec", sa.Text),
    sa.Column("audio_codec", sa.Text),
    sa.Column("frame_rate", sa.REAL),
    sa.Column("fingerprint", BYTEA),
    sa.Column("pixels", BYTEA),
    _refers("generator_id", generator),
    _refers("prompt_id", prompt),
    _refers("negative_prompt_id", prompt),
    _refers("model_id", model),
    _refers("sampler_id", sampler),
    _refers("scheduler_id", scheduler),
    _refers("graph_id", workflow_graph),
    sa.Column("steps", sa.Integer),
    sa.Column("cfg_scale", sa.REAL),
    sa.Column("seed", sa.Numeric(20, 0)),
    sa.Column("workflow", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("clip_skip", sa.Integer),
    sa.Column("denoise", sa.REAL),
    sa.Column("aesthetic", sa.REAL),
    # Texts about pictures share the table of prompts: its words are indexed once for all.
    _refers("caption_id", prompt),
    # Of `resource`, with the weight of each, NULL for none.
    sa.Column("resource_ids", ARRAY(sa.Integer)),
    sa.Column("resource_weights", ARRAY(sa.REAL)),
    _changed_in(),
    sa.CheckConstraint("phase IN (0, 1)", name="image_phase"),
)
sa.Index("image_place", image.c.folder_id, image.c.name, unique=True, postgresql_where=image.c.missing_since.is_(None))
sa.Index("image_changed", image.c.changed_in)
sa.Index("image_pending", image.c.id, postgresql_where=sa.and_(image.c.phase == 0, image.c.missing_since.is_(None)))
sa.Index("image_lost", image.c.fingerprint, postgresql_where=image.c.missing_since.is_not(None))
sa.Index("image_lost_pixels", image.c.pixels, postgresql_where=image.c.missing_since.is_not(None))

recipe = sa.Table(
    "recipe",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("record", JSONB, nullable=False),
)

# Values of nodes. Numbers have both columns: only the text is exact. The catalog asks for them and never follows them.
workflow_value = sa.Table(
    "workflow_value",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("identity", BYTEA, nullable=False, unique=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("number", sa.Double),
)

# The values of an image's graph, ids of `workflow_value` in the order of its slots, NULL for JSON's null.
# graph_id is that of the image, so that no search has to join the two tables.
image_workflow = sa.Table(
    "image_workflow",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("graph_id", sa.Integer, nullable=False),
    sa.Column("value_ids", ARRAY(sa.Integer), nullable=False),
)
sa.Index("image_workflow_graph", image_workflow.c.graph_id)

# nsfw_at: when a person decided; words of prompts that mark NSFW never touch such an image. caption: what a person
# wrote, '' for none whatever the file says, NULL for that of the file; `image.caption_id` follows it.
curation = sa.Table(
    "curation",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("rating", sa.SmallInteger),
    _flag("favorite"),
    _flag("nsfw"),
    _flag("for_deletion"),
    _moment("rated_at"),
    _moment("nsfw_at"),
    _moment("viewed_at"),
    _moment("touched_at"),
    sa.Column("caption", sa.Text),
    _changed_in(),
    sa.CheckConstraint("rating BETWEEN 1 AND 10", name="curation_rating"),
)
sa.Index("curation_changed", curation.c.changed_in)

# Every caption that a person or a model wrote, to come back to. model, instruction, mode, tokens, seconds: of a
# model's.
caption = sa.Table(
    "caption",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    _moment("made_at", nullable=False),
    sa.Column("source", sa.Text, nullable=False, server_default=sa.text("'person'")),
    sa.Column("model", sa.Text),
    sa.Column("instruction", sa.Text),
    sa.Column("mode", sa.Text),
    sa.Column("tokens", sa.Integer),
    sa.Column("seconds", sa.REAL),
)
sa.Index("caption_image", caption.c.image_id)
sa.Index("caption_by_model", caption.c.image_id, caption.c.id, postgresql_where=caption.c.source != "person")


# Deleted tags, albums and saved queries keep their row, so that the catalog sees it and undo puts it back.
def _named(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """A table of things with a name of their own; identity: SHA-256 of the name as it is compared."""
    table = sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("identity", BYTEA, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *columns,
        _moment("made_at", nullable=False),
        _moment("touched_at", nullable=False),
        _moment("deleted_at"),
        _changed_in(),
    )
    sa.Index(f"{name}_name", table.c.identity, unique=True, postgresql_where=table.c.deleted_at.is_(None))
    return table


tag = _named("tag")

# A person's own lines "alias = canonical" about tags; name: the alias.
tag_alias = _named("tag_alias", sa.Column("canonical", sa.Text, nullable=False))

# The lists of labels of the taggers that are here; digest: of the list, to see that it changed.
label_list = sa.Table(
    "label_list",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("digest", BYTEA, nullable=False),
    sa.Column("names", ARRAY(sa.Text), nullable=False),
    sa.Column("keys", ARRAY(sa.Text), nullable=False),
)

# The tags that one source gave an image: 'user', 'file' or a model's name; of 'refused' those that models must not give
# it. confidences: of the same length, or NULL.
image_tags = sa.Table(
    "image_tags",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("tag_ids", ARRAY(sa.Integer), nullable=False),
    sa.Column("confidences", ARRAY(sa.REAL)),
    _changed_in(),
)
sa.Index("image_tags_changed", image_tags.c.changed_in)

# image_ids: in the user's order; images that are gone may still be named. query: a smart album, which has no images of
# its own. position: among the albums.
album = _named(
    "album",
    sa.Column("query", sa.Text),
    sa.Column("sort", sa.Text),
    sa.Column("image_ids", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("cover_id", sa.Integer),
    sa.Column("position", sa.Double, nullable=False, server_default=sa.text("0")),
)

# view: what the page shows beside the query (layout, hidden kinds), as it sent it.
saved_query = _named(
    "saved_query",
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("sort", sa.Text),
    sa.Column("view", JSONB, nullable=False, server_default=sa.text("'{}'")),
    sa.Column("position", sa.Double, nullable=False, server_default=sa.text("0")),
)

# Hashes of decoded pixels, made for pictures that carry curation. of_fingerprint: the file they were made from.
picture_hash = sa.Table(
    "picture_hash",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("pixels", BYTEA),
    sa.Column("perceptual", sa.BigInteger),
    sa.Column("of_fingerprint", BYTEA, nullable=False),
    _moment("made_at", nullable=False),
)
sa.Index("picture_hash_pixels", picture_hash.c.pixels)

# A file that may be a missing picture in another form: only offered, never decided by us. kind: 'pixels', 'likeness'.
match_offer = sa.Table(
    "match_offer",
    metadata,
    sa.Column("missing_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("found_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("distance", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    _moment("made_at", nullable=False),
    _moment("declined_at"),
)
sa.Index("match_offer_found", match_offer.c.found_id)

tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("image_id", sa.Integer, primary_key=True, autoincrement=False),
    _changed_in(),
)
sa.Index("tombstone_changed", tombstone.c.changed_in)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _moment("made_at", nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    # What it did, for the sentence about it; changed: how many images.
    sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
    _moment("undone_at"),
)

journal_row = sa.Table(
    "journal_row",
    metadata,
    sa.Column("journal_id", sa.Integer, sa.ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
    # No foreign key: it costs a fifth of a rating of a million images, and undo passes over images that are gone.
    sa.Column("image_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("before", JSONB, nullable=False),
)

# What an action changed that is no image: a tag, an album, a saved query, a folder. before: its row, null when new.
journal_item = sa.Table(
    "journal_item",
    metadata,
    sa.Column("journal_id", sa.Integer, sa.ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("before", JSONB, nullable=False),
)

# Every change of a file, written before it begins, so that whoever comes after a crash can finish it or take it back.
# Paths: absolute, stored form; details: what undo and recovery need beside them.
file_operation = sa.Table(
    "file_operation",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("journal_id", sa.Integer, sa.ForeignKey("journal.id", ondelete="SET NULL")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'planned'")),
    sa.Column("image_id", sa.Integer),
    sa.Column("source_path", sa.Text, nullable=False),
    sa.Column("target_path", sa.Text),
    sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
    sa.Column("message", sa.Text),
    _moment("made_at", nullable=False),
    _moment("finished_at"),
    sa.CheckConstraint("state IN ('planned', 'running', 'done', 'failed', 'undone')", name="file_operation_state"),
)
sa.Index("file_operation_journal", file_operation.c.journal_id)
sa.Index(
    "file_operation_open", file_operation.c.id, postgresql_where=file_operation.c.state.in_(["planned", "running"])
)

model_root = sa.Table(
    "model_root",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("identity", BYTEA, nullable=False, unique=True),
    sa.Column("path", sa.Text, nullable=False),
    _moment("added_at", nullable=False),
    _moment("scanned_at"),
)

# Model files on disk. path: relative to the root, stored form; kind: checkpoint, lora, vae, embedding, controlnet,
# upscaler, unet, text_encoder, other; short_hash: A1111's old one, 8 hex digits; autov3: of the weights alone, 12.
model_file = sa.Table(
    "model_file",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("root_id", sa.Integer, sa.ForeignKey("model_root.id", ondelete="CASCADE"), nullable=False),
    sa.Column("identity", BYTEA, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("base_model", sa.Text),
    sa.Column("trigger_words", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("preview_path", sa.Text),
    sa.Column("sha256", BYTEA),
    sa.Column("short_hash", sa.Text),
    sa.Column("autov3", sa.Text),
    sa.Column("header", JSONB, nullable=False, server_default=sa.text("'{}'")),
    sa.Column("civitai", JSONB),
    sa.Column("problem", sa.Text),
    _moment("missing_since"),
    _changed_in(),
    sa.UniqueConstraint("root_id", "identity"),
)

# Names of models by hash (lower-case hex of any known form), from files, A1111's cache, Civitai or the user.
model_name = sa.Table(
    "model_name",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    _changed_in(),
    sa.UniqueConstraint("hash", "source", "name"),
)

# Small things to remember per collection: words that mark NSFW, when curation was exported last.
option = sa.Table(
    "option",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", JSONB, nullable=False),
)

scan_run = sa.Table(
    "scan_run",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("root_id", sa.Integer, sa.ForeignKey("root.id", ondelete="CASCADE"), nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'running'")),
    sa.Column("stage", sa.Text, nullable=False, server_default=sa.text("'quick'")),
    sa.Column("done", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("total", sa.Integer),
    sa.Column("rate_per_s", sa.REAL, nullable=False, server_default=sa.text("0")),
    sa.Column("remaining_s", sa.REAL),
    sa.Column("counts", JSONB, nullable=False, server_default=sa.text("'{}'")),
    _flag("cancel_asked"),
    sa.Column("message", sa.Text),
    _moment("started_at", nullable=False),
    _moment("seen_at", nullable=False),
    _moment("finished_at"),
    _flag("pause_asked"),
    sa.Column("phases", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("folder_ids", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'")),
    sa.CheckConstraint(
        "state IN ('waiting', 'running', 'paused', 'done', 'cancelled', 'failed')", name="scan_run_state"
    ),
)

# What a result depends on beside the picture: model, preprocessing, options.
enrich_version = sa.Table(
    "enrich_version",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.UniqueConstraint("stage", "version"),
)

# Models looking at chosen pictures. wish: what a person asked of it while it ran; busy_s: seconds of work, pauses left
# out; held: results become proposals; pace: of what its speed depends on; device: on what this machine worked it off.
enrich_run = sa.Table(
    "enrich_run",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("stages", ARRAY(sa.Text), nullable=False),
    sa.Column("options", JSONB, nullable=False, server_default=sa.text("'{}'")),
    sa.Column("query", sa.Text, nullable=False, server_default=sa.text("''")),
    _flag("held"),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'waiting'")),
    sa.Column("wish", sa.Text),
    sa.Column("total", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("done", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("failed", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("rate_per_s", sa.REAL, nullable=False, server_default=sa.text("0")),
    sa.Column("remaining_s", sa.REAL),
    sa.Column("busy_s", sa.Double, nullable=False, server_default=sa.text("0")),
    sa.Column("notices", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("message", sa.Text),
    _moment("made_at", nullable=False),
    _moment("seen_at", nullable=False),
    _moment("finished_at"),
    sa.Column("pace", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("device", sa.Text),
    sa.CheckConstraint(
        "state IN ('waiting', 'running', 'paused', 'done', 'cancelled', 'failed')", name="enrich_run_state"
    ),
    sa.CheckConstraint("wish IN ('pause', 'cancel')", name="enrich_run_wish"),
)

# Processes that work on a run; what one claimed goes back to the others when nothing was heard of it for a while.
enrich_runner = sa.Table(
    "enrich_runner",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("run_id", sa.Integer, sa.ForeignKey("enrich_run.id", ondelete="CASCADE"), nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    _moment("seen_at", nullable=False),
)

# What a stage did with a picture. version_id, looked_at: of the last result, and of the pixels it was made from; they
# stay while the picture waits for another look. place: in the order of the query; tries: how many runners died with it.
enrich_item = sa.Table(
    "enrich_item",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version_id", sa.Integer),
    sa.Column("looked_at", BYTEA),
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Column("runner_id", sa.Integer),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("tries", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("cause", sa.Text),
    sa.Column("message", sa.Text),
    sa.CheckConstraint("state IN ('waiting', 'claimed', 'done', 'failed')", name="enrich_item_state"),
)
sa.Index(
    "enrich_item_waiting",
    enrich_item.c.run_id,
    enrich_item.c.tries,
    enrich_item.c.priority.desc(),
    enrich_item.c.place,
    enrich_item.c.image_id,
    enrich_item.c.stage,
    postgresql_where=enrich_item.c.state == "waiting",
)
sa.Index("enrich_item_claimed", enrich_item.c.runner_id, postgresql_where=enrich_item.c.state == "claimed")
sa.Index(
    "enrich_item_failed", enrich_item.c.stage, enrich_item.c.image_id, postgresql_where=enrich_item.c.state == "failed"
)

# How a tagger rates a picture: general, sensitive, questionable, explicit; each 0 to 1, NULL where it does not say.
image_rating = sa.Table(
    "image_rating",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("probabilities", ARRAY(sa.REAL), nullable=False),
)

# Results that wait for a person's word, or waited for it. source: the model's name.
proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("run_id", sa.Integer),
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'waiting'")),
    _moment("made_at", nullable=False),
    _moment("decided_at"),
    sa.CheckConstraint("state IN ('waiting', 'accepted', 'rejected', 'retry')", name="proposal_state"),
)
sa.Index(
    "proposal_one_waiting",
    proposal.c.image_id,
    proposal.c.stage,
    proposal.c.source,
    unique=True,
    postgresql_where=proposal.c.state == "waiting",
)
sa.Index("proposal_waiting", proposal.c.state, proposal.c.id, postgresql_where=proposal.c.state == "waiting")

# What is drawn where a thumbnail is not there yet: 0xRRGGBB. Made of thumbnails, so it can be lost.
image_colour = sa.Table(
    "image_colour",
    metadata,
    sa.Column("image_id", sa.Integer, sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("colour", sa.Integer, nullable=False),
)

FOLLOWED = (
    root,
    folder,
    prompt,
    model,
    sampler,
    scheduler,
    generator,
    resource,
    workflow_graph,
    image,
    curation,
    tag,
    image_tags,
    album,
    model_file,
    model_name,
    tombstone,
)
"""Tables whose rows carry `changed_in`."""
