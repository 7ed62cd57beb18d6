"""`dtk doctor`: checks the installation; `--bundle` makes a report to send."""

import zipfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
import orjson

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.checks import Finding, all_findings, environment
from diffusion_toolkit.cli.library import common_options, read_settings
from diffusion_toolkit.settings import Settings

LOG_TAIL_BYTES = 2 * 2**20
MARKS = {"ok": "ok", "warning": "look", "bad": "BAD"}


@click.command(short_help="Check the installation, or bundle a report.")
@click.option("--bundle", is_flag=True, help="Write a zip with findings, settings without secrets, and logs.")
@common_options
def doctor(bundle: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Check the program, its data folder and its database. Exit code 1 when something does not work."""
    settings = read_settings(data_dir, collection)
    findings = list(all_findings(settings))
    path = write_bundle(settings, findings) if bundle else None
    if as_json:
        document = {"ok": _healthy(findings), "findings": [asdict(finding) for finding in findings]}
        output.print_json(document | ({"bundle": str(path)} if path else {}))
    else:
        output.print_table(("", "", ""), [(MARKS[each.state], each.name, each.text) for each in findings])
        if path:
            output.message(f"The report is {path}. It names your folders; read it before you send it.")
    return 0 if _healthy(findings) else 1


def _healthy(findings: list[Finding]) -> bool:
    return all(finding.state != "bad" for finding in findings)


def write_bundle(settings: Settings, findings: list[Finding]) -> Path:
    """Write the report into the data folder; its path. Secrets of the settings are starred out."""
    path = settings.data_dir / f"report-{datetime.now().astimezone():%Y%m%d-%H%M%S}.zip"
    facts = {"findings": [asdict(finding) for finding in findings], "environment": environment()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("findings.json", orjson.dumps(facts, option=orjson.OPT_INDENT_2))
        archive.writestr("settings.json", settings.model_dump_json(indent=2))
        for log in sorted(settings.logs_dir.glob("*.log*")):
            archive.writestr(f"logs/{log.name}", _tail(log))
    return path


def _tail(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
        return file.read()
