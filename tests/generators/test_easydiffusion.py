"""Easy Diffusion: what the book does not show."""

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.easydiffusion import EASY_DIFFUSION
from diffusion_toolkit.record import Lora, Origin


def test_chunks_under_the_names_people_see() -> None:
    found = read_at(
        EASY_DIFFUSION,
        **{"png__Prompt": "a raft", "png__Stable Diffusion model": "sea", "png__Steps": "20", "png__Seed": "9"},
    )
    assert (found.prompt, found.model, found.steps, found.seed) == ("a raft", "sea", 20, 9)
    assert found.origins["steps"] == (Origin("png:Steps"),)


def test_one_lora_and_its_strength() -> None:
    found = read_at(
        EASY_DIFFUSION, png__use_stable_diffusion_model="sea", png__use_lora_model="foam", png__lora_alpha="0.5"
    )
    assert found.loras == (Lora(name="foam", weight=0.5),)


def test_lists_joined_where_a_text_file_is_among_the_formats() -> None:
    found = read_at(
        EASY_DIFFUSION,
        **{"png__Stable Diffusion model": "sea", "png__LoRA model": "foam, salt", "png__LoRA Strength": "0.5, 0.25",
           "png__Embedding models": "kelp.pt, easy.pt"},
    )  # fmt: skip
    assert found.loras == (Lora(name="foam", weight=0.5), Lora(name="salt", weight=0.25))
    assert found.embeddings == ("kelp.pt", "easy.pt")


def test_lists_that_do_not_match_lose_nothing() -> None:
    found = read_at(
        EASY_DIFFUSION,
        png__use_stable_diffusion_model="sea",
        png__use_lora_model="['foam', 'salt']",
        png__lora_alpha="[0.5]",
    )
    assert found.loras == (Lora(name="foam"), Lora(name="salt"))
    assert found.extra["lora_alpha"] == [0.5]


def test_a_prompt_that_looks_like_python_is_a_prompt() -> None:
    found = read_at(EASY_DIFFUSION, png__use_stable_diffusion_model="sea", png__prompt="['a raft']")
    assert found.prompt == "['a raft']"


def test_deep_python_is_left_as_text() -> None:
    deep = "[" * 5000 + "]" * 5000
    found = read_at(EASY_DIFFUSION, png__use_stable_diffusion_model="sea", png__tiling=deep)
    assert found.extra["tiling"] == deep


def test_a_text_file_whose_prompt_has_several_lines() -> None:
    found = read_at(EASY_DIFFUSION, sidecar__txt="a raft\nat sea\nSeed: 7\nStable Diffusion model: sea\nSteps: 5\n")
    assert (found.prompt, found.seed, found.steps) == ("a raft\nat sea", 7, 5)


def test_a_controlnet() -> None:
    found = read_at(
        EASY_DIFFUSION,
        png__use_stable_diffusion_model="sea",
        png__use_controlnet_model="depth",
        png__control_filter_to_apply="depth_midas",
    )
    assert found.controlnets == ({"model": "depth", "module": "depth_midas"},)


def test_others_are_not_its_own() -> None:
    assert recipe_at(EASY_DIFFUSION, sidecar__txt="a caption: a raft at sea") is None
    assert recipe_at(EASY_DIFFUSION, sidecar__json='{"prompt": "a raft"}') is None
    assert recipe_at(EASY_DIFFUSION, exif__UserComment="a raft") is None
