"""Tables for other programs: a row is a line, whatever stands in it."""

import pytest

from diffusion_toolkit.cli.output import print_table


def test_a_row_is_one_line_with_its_cells_below_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    long = "/pictures/" + "deep/" * 60
    print_table(("folder", "pictures"), [(long, 3), ("日本\n語", 12), ("[bold]a[/bold]\x1b[2J", None)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["folder", "pictures"],
        [long, "3"],
        ["日本", "語", "12"],
        ["[bold]a[/bold]\\x1b[2J"],
    ]
    assert lines[1].index("3") == len(long) + 2
    assert lines[2].index("12") == len(long) + 2 - 3  # three of its letters are two columns wide
