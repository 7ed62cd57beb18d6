"""The built wheel carries everything: the page with all it names, and the migrations."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def test_the_wheel_carries_the_page_and_the_migrations(tmp_path: Path) -> None:
    uv = [sys.executable, "-m", "uv", "build", "--wheel", "--out-dir", str(tmp_path)]
    subprocess.run([*uv, "--build-constraint", "constraints.txt", "."], cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        index = archive.read("diffusion_toolkit/web/page/index.html").decode()
    named = [name for name in re.findall(r'(?:src|href)="/?([^"]+)"', index) if not name.startswith("api/")]
    assert any(name.endswith(".js") for name in named)
    assert {f"diffusion_toolkit/web/page/{name}" for name in named} <= names
    migrations = {path.name for path in (PROJECT / "src").rglob("migrations/*/versions/*.py")}
    assert migrations <= {Path(name).name for name in names}
