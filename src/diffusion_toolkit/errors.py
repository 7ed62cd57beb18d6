"""The one tree of errors; each knows its exit code and its HTTP status, and its message is for the user."""


class ToolkitError(Exception):
    """Something went wrong that the user can be told in one sentence."""

    exit_code = 1
    http_status = 500


class UsageError(ToolkitError):
    """The request itself is wrong: an unknown option, sort key or value."""

    exit_code = 2
    http_status = 400


class QueryError(UsageError):
    """A query that cannot be read; says where, and what would be right.

    position: 1-based index of the first wrong character of the query; length: how many characters
    are wrong (at least 1); fix: the whole query put right, where a fix is known.
    """

    def __init__(self, message: str, *, position: int, length: int = 1, fix: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.length = length
        self.fix = fix

    def __str__(self) -> str:
        return f"error at {self.position}: {self.args[0]}"


class Refused(ToolkitError):
    """Not allowed: outside the library, no permission, no token."""

    exit_code = 3
    http_status = 403


class NotFound(ToolkitError):
    """The thing asked for does not exist (any more)."""

    http_status = 404


class Expired(NotFound):
    """The selection was dropped; run the query again."""

    http_status = 410


class UnreadableFile(ToolkitError):
    """A file that cannot be read as what it claims to be; the message becomes the record's problem."""

    http_status = 422


class ServiceFailed(ToolkitError):
    """Another program or site did not answer as it should; the message says which and why."""

    # Failed Dependency: 502 would say that we are the broken server.
    http_status = 424


class Cancelled(ToolkitError):
    """The user stopped the work; what was done is kept."""


class StoreError(ToolkitError):
    """The database cannot be used; the message says why and what to do."""

    http_status = 503


class ServerNotStarting(StoreError):
    """The embedded PostgreSQL did not start: port, socket, permission or data folder trouble."""


class ServerUnreachable(StoreError):
    """No answer from the database server."""


class WrongServerVersion(StoreError):
    """PostgreSQL is older than 16, or pgvector older than 0.7."""


class VectorMissing(StoreError):
    """The server has no pgvector extension."""


class NewerData(StoreError):
    """The data folder or schema was written by a newer version of the program."""


class DiskFull(StoreError):
    """No space is left where the database lives."""

    http_status = 507


class NotInstalled(ToolkitError):
    """An optional part of the program is not installed; the message says how to get it."""

    http_status = 501


class NoSpace(ToolkitError):
    """The disk has not enough room for what was asked."""

    http_status = 507
