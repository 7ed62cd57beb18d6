"""Other programs get files as arguments, never through a shell, and nothing of our secrets."""

import stat
import sys
import time
from pathlib import Path

import pytest

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.files.opening import NotOpened, Program, arguments_for, open_with, show_in_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts small scripts")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def written(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not path.exists() or not path.read_text().endswith("end\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return path.read_text()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("%1",), ["/a b.png", "/c.png"]),
        (("-x", "%1", "-y"), ["-x", "/a b.png", "/c.png", "-y"]),
        (("--file=%1",), ["--file=/a b.png"]),
        (("--new",), ["--new", "/a b.png", "/c.png"]),
        ((), ["/a b.png", "/c.png"]),
    ],
)
def test_where_the_files_stand(arguments: tuple[str, ...], expected: list[str]) -> None:
    program = Program(name="Editor", path="editor", arguments=arguments)
    assert arguments_for(program, [Path("/a b.png"), Path("/c.png")]) == expected


def test_a_program_gets_names_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTK_DATABASE_URL", "postgresql://secret")
    out = tmp_path / "out"
    program = script(tmp_path / "editor", f'(printf "%s\\n" "$@"; echo "[$DTK_DATABASE_URL]"; echo end) > {out}')
    hostile = tmp_path / "$(touch hacked) `id`; rm -rf * & %PATH% 'x' \"y\".png"
    hostile.write_bytes(b"")
    open_with(Program(name="Editor", path=str(program)), [hostile])
    assert written(out) == f"{hostile}\n[]\nend\n"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Editor was not found"):
        open_with(Program(name="Editor", path=str(tmp_path / "nowhere")), [tmp_path])
    with pytest.raises(UsageError):
        open_with(Program(name="Editor", path="sh"), [])
    with pytest.raises(UsageError):
        open_with(Program(name="Editor", path="sh"), [tmp_path] * 101)


def test_the_file_manager_selects_the_file_or_opens_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    file = tmp_path / "it's a [cat].png"
    file.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotOpened, match="no file manager"):
        show_in_folder(file)
    script(tmp_path / "xdg-open", f'(echo "$1"; echo end) > {out}')
    show_in_folder(file)
    assert written(out) == f"{tmp_path}\nend\n"
    out.unlink()
    script(tmp_path / "gdbus", f'(printf "%s\\n" "$@"; echo end) > {out}')
    show_in_folder(file)
    assert f"['{file.as_uri()}']" in written(out)
    assert "'" not in file.as_uri()
