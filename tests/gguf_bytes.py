"""Tiny models in GGUF form, written here: llama.cpp loads them and they write letters about pictures.

The model of language is a Llama of one layer with Llama 3's turns and 256 bytes as words, of which it writes small
letters and blanks, seldom another, without an end. The projector is a SigLIP-like transformer for 384 pixels in patches
of 14, as JoyCaption's. The weights are random, so that what is written depends on the picture and on the question, and
means nothing.
"""

from pathlib import Path

import numpy as np
from gguf import GGUFWriter

WIDTH = 32
SEEN = 16
SPECIAL = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|reserved_special_token_69|>",
    "<|reserved_special_token_70|>",
    "<|reserved_special_token_71|>",
)
PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


class _Tensors:
    """Writes random and constant tensors, the same for the same seed."""

    def __init__(self, writer: GGUFWriter, seed: int) -> None:
        self._writer = writer
        self._random = np.random.default_rng(seed)

    def random(self, name: str, *shape: int) -> None:
        self.add(name, self._random.standard_normal(shape) * 0.3)

    def zeros(self, name: str, *shape: int) -> None:
        self.add(name, np.zeros(shape))

    def ones(self, name: str, *shape: int) -> None:
        self.add(name, np.ones(shape))

    def add(self, name: str, values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> None:
        self._writer.add_tensor(name, values.astype(np.float32))


def language_model(path: Path, *, seed: int = 0, template: str = PLAIN_TEMPLATE, reserved: bool = True) -> Path:
    """A model of language. reserved: with the tokens that stand around JoyCaption's pictures."""
    words = (*_byte_words(), *(SPECIAL if reserved else SPECIAL[:5]))
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(32768)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_file_type(0)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(list(words))
    writer.add_token_types([1] * 256 + [3] * (len(words) - 256))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(words.index("<|begin_of_text|>"))
    writer.add_eos_token_id(words.index("<|eot_id|>"))
    if template:
        writer.add_chat_template(template)
    tensors = _Tensors(writer, seed)
    tensors.random("token_embd.weight", len(words), WIDTH)
    tensors.ones("output_norm.weight", WIDTH)
    # The best of many random numbers is well above the nought of all other words.
    likely = np.zeros((len(words), WIDTH))
    letters = [words.index(letter) for letter in "abcdefghijklmnopqrstuvwxyzĠ"]
    likely[letters] = np.random.default_rng(seed + 1).standard_normal((len(letters), WIDTH))
    likely[words.index("Ġ")] *= 0.5
    tensors.add("output.weight", likely)
    for kind in ("attn", "ffn"):
        tensors.ones(f"blk.0.{kind}_norm.weight", WIDTH)
    for part in ("q", "k", "v", "output"):
        tensors.random(f"blk.0.attn_{part}.weight", WIDTH, WIDTH)
    tensors.random("blk.0.ffn_gate.weight", 2 * WIDTH, WIDTH)
    tensors.random("blk.0.ffn_up.weight", 2 * WIDTH, WIDTH)
    tensors.random("blk.0.ffn_down.weight", WIDTH, 2 * WIDTH)
    return _written(writer, path)


def projector(path: Path, *, seed: int = 1, side: int = 384, width: int = WIDTH, told_width: int | None = None) -> Path:
    """A projector for pictures of `side` pixels. told_width: what older converters wrote in the place of `width`."""
    patch = 14
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "clip")
    writer.add_file_type(0)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    writer.add_uint32("clip.vision.image_size", side)
    writer.add_uint32("clip.vision.patch_size", patch)
    writer.add_uint32("clip.vision.embedding_length", SEEN)
    writer.add_uint32("clip.vision.feed_forward_length", 2 * SEEN)
    writer.add_uint32("clip.vision.projection_dim", told_width or width)
    writer.add_uint32("clip.vision.block_count", 2)
    writer.add_uint32("clip.vision.attention.head_count", 2)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    tensors = _Tensors(writer, seed)
    tensors.random("v.patch_embd.weight", SEEN, 3, patch, patch)
    tensors.zeros("v.patch_embd.bias", SEEN)
    tensors.random("v.position_embd.weight", (side // patch) ** 2, SEEN)
    for block in range(2):
        place = f"v.blk.{block}."
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            tensors.random(f"{place}{part}.weight", SEEN, SEEN)
            tensors.zeros(f"{place}{part}.bias", SEEN)
        for part in ("ln1", "ln2"):
            tensors.ones(f"{place}{part}.weight", SEEN)
            tensors.zeros(f"{place}{part}.bias", SEEN)
        tensors.random(f"{place}ffn_up.weight", 2 * SEEN, SEEN)
        tensors.zeros(f"{place}ffn_up.bias", 2 * SEEN)
        tensors.random(f"{place}ffn_down.weight", SEEN, 2 * SEEN)
        tensors.zeros(f"{place}ffn_down.bias", SEEN)
    tensors.random("mm.0.weight", width, SEEN)
    tensors.zeros("mm.0.bias", width)
    tensors.random("mm.2.weight", width, width)
    tensors.zeros("mm.2.bias", width)
    return _written(writer, path)


def joycaption(folder: Path) -> Path:
    """A model and its projector in a folder, under names that say nothing; where the model is."""
    projector(folder / "eyes.gguf")
    return language_model(folder / "tongue.gguf")


def _written(writer: GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _byte_words() -> tuple[str, ...]:
    """How the bytes 0 to 255 are called in vocabularies of GPT-2's kind: printable ones by themselves."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return tuple(chr(byte if byte in printable else next(others)) for byte in range(256))
