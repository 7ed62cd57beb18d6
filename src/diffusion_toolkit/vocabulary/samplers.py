"""Samplers and noise schedules: what each program calls them, and the one name they have here."""

import re

SAMPLERS: dict[str, tuple[str, ...]] = {
    "Euler": ("k_euler", "sample_euler", "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "euler_discrete"),
    "Euler a": (
        "euler_ancestral",
        "k_euler_a",
        "k_euler_ancestral",
        "EulerAncestralDiscreteScheduler",
        "euler_a",
    ),
    "Euler CFG++": ("euler_cfg_pp",),
    "Euler a CFG++": ("euler_ancestral_cfg_pp",),
    "Heun": ("k_heun", "HeunDiscreteScheduler"),
    "Heun++ 2": ("heunpp2",),
    "LMS": ("k_lms", "LMSDiscreteScheduler"),
    "DPM2": ("dpm_2", "k_dpm_2", "KDPM2DiscreteScheduler"),
    "DPM2 a": ("dpm_2_ancestral", "k_dpm_2_a", "k_dpm_2_ancestral", "KDPM2AncestralDiscreteScheduler", "dpm2_a"),
    "DPM fast": ("dpm_fast", "k_dpm_fast"),
    "DPM adaptive": ("dpm_adaptive", "k_dpm_adaptive", "k_dpm_ad"),
    "DPM++ 2S a": ("dpmpp_2s_ancestral", "k_dpmpp_2s_a", "k_dpmpp_2s_ancestral", "dpmpp_2s", "dpmpp_2s_a"),
    "DPM++ 2S a CFG++": ("dpmpp_2s_ancestral_cfg_pp",),
    "DPM++ SDE": ("dpmpp_sde", "dpmpp_sde_gpu", "k_dpmpp_sde", "DPMSolverSDEScheduler", "DPMSolverSinglestepScheduler"),
    "DPM++ 2M": ("dpmpp_2m", "k_dpmpp_2m", "DPMSolverMultistepScheduler", "dpm++", "dpmsolver++"),
    "DPM++ 2M CFG++": ("dpmpp_2m_cfg_pp",),
    "DPM++ 2M SDE": ("dpmpp_2m_sde", "dpmpp_2m_sde_gpu", "k_dpmpp_2m_sde"),
    "DPM++ 2M SDE Heun": ("dpmpp_2m_sde_heun", "dpmpp_2m_sde_heun_gpu"),
    "DPM++ 3M SDE": ("dpmpp_3m_sde", "dpmpp_3m_sde_gpu", "k_dpmpp_3m_sde"),
    "DDIM": ("ddim", "DDIMScheduler"),
    "DDIM CFG++": ("ddim_cfg_pp",),
    "DDPM": ("ddpm", "DDPMScheduler"),
    "PLMS": ("plms", "PNDMScheduler", "pndm"),
    "UniPC": ("uni_pc", "UniPCMultistepScheduler", "k_uni_pc", "unipc_trailing"),
    "UniPC BH2": ("uni_pc_bh2",),
    "LCM": ("lcm", "LCMScheduler"),
    "TCD": ("tcd", "TCDScheduler"),
    "DEIS": ("deis", "DEISMultistepScheduler"),
    "IPNDM": ("ipndm",),
    "IPNDM V": ("ipndm_v",),
    "Restart": ("restart",),
    "Res Multistep": ("res_multistep",),
    "Res Multistep a": ("res_multistep_ancestral",),
    "Gradient Estimation": ("gradient_estimation",),
    "ER SDE": ("er_sde",),
    "SA Solver": ("sa_solver",),
}
"""Canonical sampler names (as AUTOMATIC1111 shows them) and what k-diffusion, ComfyUI and diffusers call them."""

SCHEDULERS: dict[str, tuple[str, ...]] = {
    "Karras": ("karras",),
    "Exponential": ("exponential",),
    "Polyexponential": ("polyexponential",),
    "SGM Uniform": ("sgm_uniform",),
    "Uniform": ("uniform",),
    "DDIM Uniform": ("ddim_uniform", "ddim"),
    "Align Your Steps": ("align_your_steps", "ays"),
    "KL Optimal": ("kl_optimal",),
    "Linear Quadratic": ("linear_quadratic",),
    "Automatic": ("automatic",),
    "Normal": ("normal",),
    "Simple": ("simple",),
    "Beta": ("beta",),
    "Beta57": ("beta57",),
    "Bong Tangent": ("bong_tangent",),
    "Turbo": ("turbo",),
}
"""Canonical noise schedule names and what other programs call them."""

_SUFFIXES = (
    "SGM Uniform", "DDIM Uniform", "Align Your Steps", "KL Optimal", "Linear Quadratic", "Bong Tangent", "Karras",
    "Exponential", "Polyexponential", "Uniform", "Simple", "Beta", "Beta57", "Normal", "Turbo",
)  # fmt: skip
"""Schedules that older programs and ComfyUI's saver nodes write behind the sampler's name, the longer first."""


def _key(name: str) -> str:
    """A name with nothing but letters and digits, so that spellings fall together; "+" matters."""
    plain = name.casefold().replace("++", "pp").removeprefix("sample_")
    return re.sub(r"[^0-9a-z]+", "", plain)


def _index(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    index = {_key(alias): name for name, aliases in table.items() for alias in aliases}
    return index | {_key(name): name for name in table}


_SAMPLERS = _index(SAMPLERS)
_SCHEDULERS = _index(SCHEDULERS)


def canonical_sampler(name: str) -> str:
    """One spelling for a sampler: "euler_ancestral", "k_euler_a" and "Euler a" are "Euler a".

    A schedule behind the name is left out ("DPM++ 2M Karras" is "DPM++ 2M"); unknown names stay as they are.
    """
    return split_sampler(name)[0]


def canonical_scheduler(name: str) -> str:
    """One spelling for a noise schedule: "sgm_uniform" is "SGM Uniform". Unknown names stay as they are."""
    return _SCHEDULERS.get(_key(name), name.strip())


def split_sampler(name: str) -> tuple[str, str | None]:
    """Canonical sampler, and the schedule written behind its name: "DPM++ 2M Karras" is "DPM++ 2M" with "Karras"."""
    name = name.strip()
    known = _SAMPLERS.get(_key(name))
    if known:
        return known, None
    folded = name.casefold().replace("_", " ")
    for suffix in _SUFFIXES:
        if folded.endswith(" " + suffix.casefold()):
            before = name[: -len(suffix) - 1].strip()
            return _SAMPLERS.get(_key(before), before), suffix
    return name, None
