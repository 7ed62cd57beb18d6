"""The results of a scan so far."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counts:
    """files: seen; new, changed, moved, missing: compared with the store; back: missing ones that came back;
    failed: files that could not be read, and folders that could not be listed."""

    files: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    back: int = 0
    failed: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name, as `Progress.counts` has it."""
        return asdict(self)
