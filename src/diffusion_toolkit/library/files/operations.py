"""What an operation on one picture consists of: the picture's file, and the sidecars that go along."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from diffusion_toolkit.paths import stored_name, system_name
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.file_operations import Details, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file of an operation. source, target: absolute, as the system has them, equal where nothing is moved;
    shared: the file belongs to another picture as well, so it is copied instead of moved, and never deleted;
    number: of drive and file at the source, by which it is known from one that took its name later.
    """

    source: str
    target: str
    shared: bool = False
    number: tuple[int, int] | None = None

    def as_json(self) -> JsonValue:
        """As `details` holds it: stored forms."""
        number: list[JsonValue] | None = None if self.number is None else [*self.number]
        places = {"from": stored_name(self.source), "to": stored_name(self.target)}
        return {**places, "shared": self.shared, "number": number}

    def back(self, number: tuple[int, int] | None) -> "Step":
        """The way back of the file that has this number at the target."""
        return Step(source=self.target, target=self.source, shared=self.shared, number=number)


def steps_of(operation: Operation) -> list[Step]:
    """The files of an operation, the picture first; while it is undone, the way back."""
    found = cast("Sequence[dict[str, object]]", operation.details.get("files", ()))
    steps = [
        Step(
            source=system_name(str(each["from"])),
            target=system_name(str(each["to"])),
            shared=bool(each.get("shared")),
            number=_number(each.get("number")),
        )
        for each in found
    ]
    if not is_undoing(operation):
        return steps
    arrived = cast("Sequence[object]", operation.details.get("arrived") or [None] * len(steps))
    return [step.back(_number(number)) for step, number in zip(steps, arrived, strict=True)]


def is_undoing(operation: Operation) -> bool:
    """Whether it runs backwards."""
    return bool(operation.details.get("undoing"))


def temporary_name(operation: Operation, place: int) -> str:
    """The name, beside its target, of the unfinished copy of a file of an operation."""
    folder = os.path.dirname(steps_of(operation)[place].target)
    return os.path.join(folder, f".dtk-{operation.details.get('token', '')}-{operation.id}-{place}.part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of an operation. happened: the disk is as the operation wants it; None: that cannot be said now,
    because a drive is not there; message: what the user should know; details: to add to the row's; full: the drive
    is, so that the rest need not be tried; again: it was not touched, and is to be tried again.
    """

    happened: bool | None
    message: str | None = None
    details: Details = field(default_factory=dict[str, JsonValue])
    full: bool = False
    again: bool = False


def _number(found: object) -> tuple[int, int] | None:
    if not found:
        return None
    drive, file = cast("Sequence[int]", found)
    return drive, file
