"""Samplers and schedules: many spellings, one name."""

import pytest

from diffusion_toolkit.vocabulary import (
    SAMPLERS,
    SCHEDULERS,
    canonical_sampler,
    canonical_scheduler,
    name_key,
    split_sampler,
    tag_key,
)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("euler_ancestral", "Euler a"),
        ("Euler a", "Euler a"),
        ("k_euler_a", "Euler a"),
        ("EulerAncestralDiscreteScheduler", "Euler a"),
        ("dpmpp_2m", "DPM++ 2M"),
        ("sample_dpmpp_2m", "DPM++ 2M"),
        ("DPM++ 2M Karras", "DPM++ 2M"),
        ("dpmpp_2m_karras", "DPM++ 2M"),
        ("dpmpp_2s_ancestral", "DPM++ 2S a"),
        ("uni_pc", "UniPC"),
        ("ddim", "DDIM"),
        ("GPT-Image-2", "GPT-Image-2"),
        ("", ""),
    ],
)
def test_canonical_sampler(name: str, canonical: str) -> None:
    assert canonical_sampler(name) == canonical


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DPM++ 2M Karras", ("DPM++ 2M", "Karras")),
        ("DPM++ 2M SDE Exponential", ("DPM++ 2M SDE", "Exponential")),
        ("Euler Ancestral Karras", ("Euler a", "Karras")),
        ("Euler SGM Uniform", ("Euler", "SGM Uniform")),
        ("Unheard Of Karras", ("Unheard Of", "Karras")),
        ("dpmpp_2m_ddim_uniform", ("DPM++ 2M", "DDIM Uniform")),
        ("euler_linear_quadratic", ("Euler", "Linear Quadratic")),
        ("res_2s_bong_tangent", ("res_2s", "Bong Tangent")),
        ("Euler a", ("Euler a", None)),
        ("Karras", ("Karras", None)),
    ],
)
def test_split_sampler(name: str, parts: tuple[str, str | None]) -> None:
    assert split_sampler(name) == parts


def test_canonical_scheduler() -> None:
    assert [canonical_scheduler(name) for name in ("karras", "sgm_uniform", "own")] == ["Karras", "SGM Uniform", "own"]


def test_no_spelling_means_two_samplers() -> None:
    for table, canonical in ((SAMPLERS, canonical_sampler), (SCHEDULERS, canonical_scheduler)):
        for name, aliases in table.items():
            assert [canonical(alias) for alias in (name, *aliases)] == [name] * (len(aliases) + 1)


@pytest.mark.parametrize(
    ("one", "other", "same_tag", "same_name"),
    [
        ("Long Hair", "long_hair", True, False),
        ("  long   hair ", "LONG HAIR", True, True),
        ("Straße", "STRASSE", True, True),
        ("ｆｏｘ", "fox", True, True),
        ("é", "e\u0301", True, True),
        ("fox", "foxes", False, False),
    ],
)
def test_names_are_compared_as_people_read_them(one: str, other: str, same_tag: bool, same_name: bool) -> None:
    assert (tag_key(one) == tag_key(other)) is same_tag
    assert (name_key(one) == name_key(other)) is same_name
