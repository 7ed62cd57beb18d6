"""Settings follow the machine and the limits of its container."""

from pathlib import Path

import pytest

from diffusion_toolkit.store.server_settings import Machine, container_memory_bytes, quoted, settings_for, this_machine

GIB = 1024**3


def machine(memory_bytes: int, *, free_disk_bytes: int = 100 * GIB, shared_memory_bytes: int | None = None) -> Machine:
    return Machine(
        memory_bytes=memory_bytes,
        cores=4,
        free_disk_bytes=free_disk_bytes,
        shared_memory_bytes=shared_memory_bytes,
    )


@pytest.mark.parametrize(
    ("memory", "buffers", "work"),
    [(GIB // 2, "32MB", "4MB"), (2 * GIB, "128MB", "4MB"), (8 * GIB, "256MB", "16MB"), (512 * GIB, "256MB", "32MB")],
)
def test_memory_is_shared_out_modestly(memory: int, buffers: str, work: str) -> None:
    found = settings_for(machine(memory))
    assert (found["shared_buffers"], found["work_mem"]) == (buffers, work)


def test_a_nearly_full_disk_gets_a_short_log() -> None:
    assert settings_for(machine(8 * GIB, free_disk_bytes=GIB))["max_wal_size"] == "128MB"


def test_the_small_shared_memory_of_docker_is_not_used() -> None:
    assert settings_for(machine(8 * GIB, shared_memory_bytes=64 * 1024**2))["dynamic_shared_memory_type"] == "mmap"
    assert "dynamic_shared_memory_type" not in settings_for(machine(8 * GIB, shared_memory_bytes=4 * GIB))


@pytest.mark.parametrize(
    ("group", "limits", "expected"),
    [
        ("0::/user/app", {"sys/fs/cgroup/user/app/memory.max": "max", "sys/fs/cgroup/user/memory.max": "1000"}, 1000),
        ("0::/", {"sys/fs/cgroup/memory.max": "2000"}, 2000),
        ("0::/elsewhere", {"sys/fs/cgroup/memory.max": "2000"}, 2000),
        ("4:cpu,memory:/box", {"sys/fs/cgroup/memory/box/memory.limit_in_bytes": "3000"}, 3000),
        ("0::/", {"sys/fs/cgroup/memory.max": "max"}, None),
        ("nonsense", {}, None),
    ],
)
def test_limits_of_containers(tmp_path: Path, group: str, limits: dict[str, str], expected: int | None) -> None:
    for name, text in {"proc/self/cgroup": group, **limits}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    assert container_memory_bytes(tmp_path) == expected


def test_no_control_groups_at_all(tmp_path: Path) -> None:
    assert container_memory_bytes(tmp_path) is None


def test_this_machine(tmp_path: Path) -> None:
    found = this_machine(tmp_path)
    assert found.memory_bytes > 0
    assert found.cores > 0


def test_values_are_quoted() -> None:
    assert quoted("it's C:\\x\ny") == r"'it''s C:\\x\ny'"
