"""The command `dtk`: its groups, and the one place where errors become messages and exit codes."""

import importlib
import os
import sys
from keyword import iskeyword
from typing import Any

import click

from diffusion_toolkit import __version__
from diffusion_toolkit.cli import logs, output
from diffusion_toolkit.errors import ToolkitError, UsageError

COMMANDS = {
    "serve": "Add folders, index them, and open the page.",
    "scan": "Index folders: names first, then metadata.",
    "inspect": "Read files and show how they were made.",
    "search": "Run a query over the library.",
    "roots": "List, add, move and remove the folders of the library.",
    "folders": "List, exclude, archive, make, move and delete folders.",
    "prompts": "List the prompts of the library, and what their words are worth.",
    "model-library": "Models: where they lie, their hashes and names, the pictures made with them.",
    "models": "Models that look at pictures: list, fetch and check them.",
    "tag": "Let models tag the pictures that a query finds.",
    "caption": "Let models write captions for the pictures that a query finds.",
    "rate": "Rate and mark all pictures that a query finds.",
    "nsfw-words": "Show or change the words in prompts that mark pictures NSFW.",
    "matches": "List, accept and decline files that may be missing pictures in another form.",
    "review": "Accept, reject and settle what models say about pictures.",
    "tags": "List, give, rename and merge tags.",
    "vocabulary": "Canonical names of tags, and their aliases.",
    "write-out": "Write tags and captions beside pictures, or into them.",
    "read-sidecars": "Take tags and captions over from files beside pictures.",
    "albums": "List, make and fill albums.",
    "queries": "List, save, rename and delete saved queries.",
    "move": "Move pictures, with all that is known of them, to a folder.",
    "copy": "Copy pictures to a folder.",
    "rename": "Give pictures new names, one or many by a pattern.",
    "delete": "Put pictures into the trash, delete them for good, or remove only their entries.",
    "undo": "Take back the last action, or list what was done.",
    "backup": "Back the collection up to a file.",
    "restore": "Put a backup in the place of its collection.",
    "export": "Write ratings, tags, albums and saved queries to a JSON file.",
    "import": "Bring in ratings, tags and albums.",
    "doctor": "Check the installation, or bundle a report.",
}

MODULES = {"move": "files", "copy": "files", "rename": "files", "delete": "files", "read-sidecars": "write_out"}
"""Commands that share a module; the others have one of their own name."""


class LazyGroup(click.Group):
    """Imports a command's module only when it is called, so that `dtk --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        module = importlib.import_module(f"diffusion_toolkit.cli.{MODULES.get(cmd_name, name)}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="diffusion-toolkit")
def dtk() -> None:
    """Find, sort and reuse AI-generated pictures."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 wrong usage, 3 refused."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    # Before NumPy is imported: with huge pages the kernel clears 2 MiB for each new array of a query, which costs a
    # fifth of its p95 while a scan commits.
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
    as_json = "--json" in arguments
    try:
        result: Any = dtk.main(arguments, prog_name="dtk", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except click.UsageError as error:
        error.show(sys.stderr)
        return _failed(UsageError(error.format_message()), as_json, shown=True)
    except ToolkitError as error:
        return _failed(error, as_json)
    except BrokenPipeError:
        # The reader of our output (head, a pager) has gone; there is nobody left to tell.
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001  (the last border: whatever nobody expected is logged and told in one line)
        return _unexpected(error, as_json)
    return result if isinstance(result, int) else 0


def _failed(error: ToolkitError, as_json: bool, *, shown: bool = False) -> int:
    if not shown:
        output.message(str(error))
    if as_json:
        output.print_json({"error": output.error_json(error)})
    return error.exit_code


def _unexpected(error: Exception, as_json: bool) -> int:
    path = logs.log_unexpected(error)
    where = f" The details are in {path}." if path else ""
    text = f"Something went wrong that should not: {type(error).__name__}: {error}.{where}"
    output.message(f"{text} `dtk doctor --bundle` makes a report.")
    if as_json:
        output.print_json({"error": {"kind": "unexpected", "message": text}})
    return 1
