"""What time it is for the user: days begin and end in this machine's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import tzlocal


def local_now() -> datetime:
    """Now, with the machine's time zone and its rules, so that days before a clock change have the right bounds.

    A machine whose zone has no rules we know gets its present offset.
    """
    try:
        return datetime.now(tzlocal.get_localzone())
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now().astimezone()
