"""PostgreSQL's settings for this machine: fast for one library, modest with the memory of the user's computer."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the settings depend on."""

    memory_bytes: int
    cores: int
    free_disk_bytes: int
    shared_memory_bytes: int | None


def this_machine(data_dir: Path) -> Machine:
    """The machine we run on, within the limits of its container."""
    return Machine(
        memory_bytes=min(psutil.virtual_memory().total, container_memory_bytes() or 1 << 60),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        free_disk_bytes=shutil.disk_usage(data_dir).free,
        shared_memory_bytes=shutil.disk_usage("/dev/shm").free if os.path.isdir("/dev/shm") else None,  # noqa: S108
    )


def container_memory_bytes(system: Path = Path("/")) -> int | None:
    """The memory limit of our control group (version 1 or 2), None where there is none."""
    try:
        groups = (system / "proc/self/cgroup").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    limits: list[int] = []
    for group in groups:
        _, controllers, path = (group + "::").split(":", 3)[:3]
        if not controllers:
            limits += _limits(system / "sys/fs/cgroup", path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits(system / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
    return min(limits, default=None)


def _limits(top: Path, path: str, name: str) -> list[int]:
    """The limits of a group and all groups above it. Inside a container the group's own path may not exist."""
    places = [top.joinpath(*path.strip("/").split("/")[:depth]) for depth in range(path.count("/") + 1)]
    found: list[int] = []
    for place in {top, *places}:
        try:
            text = (place / name).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text.isdigit():  # "max" = no limit
            found.append(int(text))
    return found


def settings_for(machine: Machine) -> dict[str, str]:
    """The settings that differ from PostgreSQL's own, by name."""
    share = machine.memory_bytes // 16
    parallel = max(1, min(4, machine.cores))
    found = {
        # The hot data live in our catalog; PostgreSQL's cache only serves scans, and the system caches files again.
        "shared_buffers": _mib(share, 32, 256),
        "effective_cache_size": _mib(machine.memory_bytes // 2, 128, 65536),
        "work_mem": _mib(machine.memory_bytes // 512, 4, 32),
        "maintenance_work_mem": _mib(share, 32, 256),
        "autovacuum_work_mem": _mib(share // 4, 16, 128),
        "max_connections": "100",
        "max_worker_processes": str(parallel + 2),
        "max_parallel_workers": str(parallel),
        "max_parallel_workers_per_gather": str(max(1, parallel // 2)),
        "max_parallel_maintenance_workers": str(max(1, parallel // 2)),
        "jit": "off",  # compiling costs more than our short statements take
        "random_page_cost": "1.1",
        "huge_pages": "off",
        # One disk and few readers: worker processes for reading cost memory and bring nothing measurable here.
        "io_method": "sync",
        # No replica ever reads this server: a load into a new table then need not be written twice.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # PostgreSQL's own compression takes longer than the disk: 10,000 ratings at once took 5 s, 1.4 s without it.
        "wal_compression": "off",
        "max_wal_size": _mib(machine.free_disk_bytes // 10, 128, 2048),
        "min_wal_size": "64MB",
        "checkpoint_timeout": "15min",
        "log_checkpoints": "off",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # statements hold prompts, and bulk loads are long
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
        "password_encryption": "scram-sha-256",
        "cluster_name": "dtk",
    }
    if machine.shared_memory_bytes is not None and machine.shared_memory_bytes < 512 * MIB:
        found["dynamic_shared_memory_type"] = "mmap"  # Docker gives /dev/shm 64 MB, and parallel queries then fail
    return found


def _mib(value_bytes: int, least: int, most: int) -> str:
    return f"{min(most, max(least, value_bytes // MIB))}MB"


def render(settings: Mapping[str, str]) -> str:
    """The settings as a configuration file."""
    lines = [f"{name} = {quoted(value)}" for name, value in settings.items()]
    head = "# Written at every start. Your own settings: ALTER SYSTEM, which writes postgresql.auto.conf."
    return "\n".join([head, *lines, ""])


def quoted(value: str) -> str:
    """A value in the quotes of a PostgreSQL configuration file."""
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{escaped}'"
