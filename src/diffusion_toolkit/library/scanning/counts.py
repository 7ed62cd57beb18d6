"""The results of a scan so far."""

from dataclasses import asdict, dataclass

PARTIAL = "partial"
"""Among the counts of a scan that looked at a part of its root only."""


@dataclass(slots=True)
class Counts:
    """files: seen; new, changed, moved, missing: compared with the store; back: missing ones that came back;
    failed: files that could not be read, and folders that could not be listed; partial: only some folders were asked
    for."""

    files: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    back: int = 0
    failed: int = 0
    partial: bool = False

    def as_dict(self) -> dict[str, int]:
        """By name, as `Progress.counts` has it."""
        counts: dict[str, int] = asdict(self)
        partial = counts.pop(PARTIAL)
        return counts | ({PARTIAL: 1} if partial else {})
