"""Canonical spellings of what people and programs write differently: samplers, names, tags. Pure."""

from diffusion_toolkit.vocabulary.alias_map import AliasMap, fitting, read_alias_map
from diffusion_toolkit.vocabulary.names import name_key, tag_key
from diffusion_toolkit.vocabulary.plain import KAOMOJI, plain_key, plain_tag
from diffusion_toolkit.vocabulary.samplers import (
    SAMPLERS,
    SCHEDULERS,
    canonical_sampler,
    canonical_scheduler,
    split_sampler,
)
from diffusion_toolkit.vocabulary.tags import Vocabulary, labels_asked, tag_fold

__all__ = [
    "KAOMOJI",
    "SAMPLERS",
    "SCHEDULERS",
    "AliasMap",
    "Vocabulary",
    "canonical_sampler",
    "canonical_scheduler",
    "fitting",
    "labels_asked",
    "name_key",
    "plain_key",
    "plain_tag",
    "read_alias_map",
    "split_sampler",
    "tag_fold",
    "tag_key",
]
