"""The door from stored names to files."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.errors import Refused
from diffusion_toolkit.paths import inside, printable, real_root, stored_name, system_name

file_names = st.binary(min_size=1, max_size=40).map(os.fsdecode)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
private_use = st.text(st.characters(min_codepoint=0xF6F0, max_codepoint=0xF810), max_size=10)


@given(file_names | texts | private_use)
def test_a_stored_name_is_the_same_name_and_always_fit_for_the_store(name: str) -> None:
    stored = stored_name(name)
    stored.encode("utf-8")
    assert system_name(stored) == name


@given(file_names, file_names)
def test_two_names_never_become_one(first: str, second: str) -> None:
    assert (stored_name(first) == stored_name(second)) == (first == second)


def test_what_cannot_be_shown_is_shown_as_a_replacement_character() -> None:
    assert printable(stored_name(os.fsdecode(b"caf\xe9.png"))) == "caf\ufffd.png"


def test_a_file_of_the_library_is_found_by_its_stored_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(b"x")
    assert inside(stored_name(str(tmp_path)), stored_name(name)).read_bytes() == b"x"


@pytest.mark.parametrize("path", ["../outside.png", "a/../../outside.png", "/etc/passwd", "link/outside.png"])
def test_nothing_outside_the_root_is_reached(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.png").write_bytes(b"x")
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(Refused):
        inside(str(root), path)


def test_one_folder_has_one_spelling(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    spellings = [folder, f"{folder}/", f"{folder}/../pictures", tmp_path / "link"]
    assert {real_root(spelling) for spelling in spellings} == {Path(os.path.realpath(folder))}
