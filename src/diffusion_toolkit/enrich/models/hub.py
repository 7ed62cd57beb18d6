"""Asks a hub that speaks Hugging Face's protocol for files, through huggingface_hub. Needs the extra `enrich`.

`hf_hub_download` of its version 2 drops what came when it is interrupted, so its two halves are used: the question
what a file is, and the transfer, which goes on where a part ends. No token is sent, whatever the machine has stored;
no telemetry. What comes is somebody else's until its digest is checked (`download`).
"""

import errno
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from httpx2 import TransportError
from huggingface_hub import file_download, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import silent_tqdm

from diffusion_toolkit import __version__
from diffusion_toolkit.errors import Cancelled, NoSpace, NotFound, ServiceFailed, UsageError

ENDPOINT: Final = "https://huggingface.co"
_library: Any = file_download  # its signatures hold generics without arguments
_HEADERS: Final = {"user-agent": f"diffusion-toolkit/{__version__}"}
"""Instead of huggingface_hub's, which tell which libraries and agents are at work here."""

_QUESTION_LIMIT_S: Final = 20.0
_FULL: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no quotas of this name


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """What the hub says of a file. sha256: of large files; git_sha1: of small ones, as git names them."""

    address: str
    size_bytes: int | None
    sha256: str | None
    git_sha1: str | None


class Part:
    """The part of a file that is here, as the transfer writes on it.

    size: bytes that are here; most_bytes: never more, whatever comes; stopped: nothing is written any more.
    """

    def __init__(self, path: Path, most_bytes: int | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")
        self.size = path.stat().st_size
        self.most_bytes = most_bytes
        self.stopped = False

    def write(self, data: bytes) -> int:
        """Add what came. Raises Cancelled once it is stopped, ServiceFailed when more comes than there is."""
        if self.stopped:
            raise Cancelled("Stopped. What came is kept; the next time goes on from there.")
        if self.most_bytes is not None and self.size + len(data) > self.most_bytes:
            raise ServiceFailed("The hub sends more than it said the file has.")
        self._file.write(data)
        self._file.flush()
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        """Where the next bytes go."""
        return self.size

    def seek(self, place: int) -> int:
        """The hub begins again at `place`: what lies behind is given up."""
        self.size = place
        return place

    def truncate(self) -> int:
        """Give up what lies behind the place."""
        return self._file.truncate(self.size)

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()


class Hub:
    """One hub. Raises UsageError for an address that is none."""

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self.endpoint = checked_endpoint(endpoint)
        # It writes of each attempt to standard error, with signed addresses; what fails is told by what is raised.
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)

    def ask(self, repository: str, revision: str, path: str) -> HubFile:
        """What the hub has under this name. Raises NotFound and ServiceFailed."""
        address = hf_hub_url(repository, path, revision=revision, endpoint=self.endpoint)
        with self._told(f"{repository}/{path}"):
            found = _library.get_hf_file_metadata(
                address, timeout=_QUESTION_LIMIT_S, headers=dict(_HEADERS), token=False, endpoint=self.endpoint
            )
        tag = str(found.etag or "")
        return HubFile(
            address=str(found.location),
            size_bytes=found.size,
            sha256=tag if re.fullmatch("[0-9a-f]{64}", tag) else None,
            git_sha1=tag if re.fullmatch("[0-9a-f]{40}", tag) else None,
        )

    def transfer(self, file: HubFile, part: Part) -> None:
        """Fetch what is missing of a file. Raises NotFound, ServiceFailed, NoSpace, Cancelled."""
        with self._told(file.address):
            _library.http_get(
                file.address,
                part,  # no more of a file is used than a part has
                resume_size=part.size,
                headers=dict(_HEADERS),
                expected_size=file.size_bytes,
                tqdm_class=silent_tqdm,
            )

    @contextmanager
    def _told(self, what: str) -> Generator[None]:
        """Translate what huggingface_hub raises."""
        name = urlsplit(self.endpoint).netloc
        try:
            yield
        except RepositoryNotFoundError as error:
            raise NotFound(f"{name} has no such repository, or does not show it: {what}.") from error
        except RevisionNotFoundError as error:
            raise NotFound(f"{name} has not this revision of it: {what}.") from error
        except EntryNotFoundError as error:
            raise NotFound(f"{name} has no such file: {what}.") from error
        except HfHubHTTPError as error:
            raise ServiceFailed(f"{name} answered with an error (status {error.response.status_code}).") from error
        except OfflineModeIsEnabled as error:
            raise ServiceFailed("HF_HUB_OFFLINE is set: nothing is fetched.") from error
        except TransportError as error:
            raise ServiceFailed(
                f"{name} cannot be reached, or the connection broke ({type(error).__name__})."
            ) from error
        except OSError as error:
            if error.errno in _FULL:
                raise NoSpace("The disk is full. What came is kept; the next time goes on from there.") from error
            raise ServiceFailed(f"The transfer broke: {str(error).partition(chr(10))[0]}") from error


def checked_endpoint(endpoint: str) -> str:
    """The address of a hub, without a slash at its end. Raises UsageError."""
    parts = urlsplit(endpoint.rstrip("/"))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise UsageError(f"The address of the hub looks like {ENDPOINT}.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise UsageError("Only https:// reaches another machine.")
    return endpoint.rstrip("/")


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
