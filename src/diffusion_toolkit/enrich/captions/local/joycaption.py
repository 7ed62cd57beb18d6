"""JoyCaption Beta One in GGUF form, and other models of language with a projector that llama.cpp can run.

Sources: fpgaminer/joycaption (README, `gradio-app/app.py`, `scripts/batch-caption.py`) for the template, the picture
and the licence; programs that pin concedo's files by revision for sizes and SHA-256. JoyCaption joins SigLIP so400m
(384 pixels, patches of 14) with Llama 3.1 8B; the place of a picture stands between two reserved tokens.
"""

from collections.abc import Callable
from typing import Final

from diffusion_toolkit.enrich.models.description import (
    NETWORK,
    PINNED_ALIKE,
    PROJECTOR,
    Contract,
    ModelDescription,
    ModelFile,
    TensorSpec,
)
from diffusion_toolkit.enrich.models.gguf_header import GgufHeader

SIDE: Final = 384
BEFORE_PICTURE, AFTER_PICTURE = "<|reserved_special_token_70|>", "<|reserved_special_token_71|>"
TURNS: Final = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
STOPS: Final = ("<|eot_id|>", "<|start_header_id|>", "<|end_of_text|>")

TEMPLATE: Final = (
    "{{ bos_token }}{% for message in messages %}"
    "<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{% for part in message['content'] %}{% set text = part['text'] %}"
    "{% if text.startswith('<__media') %}{% set pieces = text.split('__>', 1) %}"
    + BEFORE_PICTURE
    + "{{ pieces[0] }}__>"
    + AFTER_PICTURE
    + "{{ pieces[1] }}{% else %}{{ text }}{% endif %}"
    "{% endfor %}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
"""Its own template wants a plain text with the number of a picture's token, which llama.cpp does not give: it puts a
marker (`<__media…__>`) where the picture comes, in front of the text. The two tokens around it are the training's.
"""


def is_joycaption(weights: GgufHeader, projector: GgufHeader) -> bool:
    """Whether two files are built as JoyCaption is: Llama 3's words, and a projector for 384 pixels."""
    words = weights.tokens
    return (
        weights.architecture == "llama"
        and words.issuperset((BEFORE_PICTURE, AFTER_PICTURE, *TURNS))
        and projector.number("clip.vision.image_size") == SIDE
        and projector.text("clip.projector_type") in ("mlp", "")
    )


def has_template(weights: GgufHeader, projector: GgufHeader) -> bool:
    """Whether a model tells how it is talked to; any such model with a projector can be asked for captions."""
    del projector
    return bool(weights.text("tokenizer.chat_template"))


def _contract(
    name: str, preprocessing: str, source: str, side: int | None, gguf: Callable[[GgufHeader, GgufHeader], bool]
) -> Contract:
    picture = TensorSpec(name="picture", element="uint8", shape=(side, side, 3))
    return Contract(
        name=name,
        task="captions",
        inputs=(picture,),
        outputs=(),
        companions=(),
        preprocessing=preprocessing,
        source=source,
        gguf=gguf,
    )


CONTRACT: Final = _contract(
    "joycaption",
    "joycaption: white, 384x384 by Lanczos",
    "https://github.com/fpgaminer/joycaption",
    SIDE,
    is_joycaption,
)
ANY_READER: Final = _contract(
    "vision-language", "white, as the model asks", "https://github.com/ggml-org/llama.cpp", None, has_template
)
CONTRACTS: Final = (CONTRACT, ANY_READER)

_REVISION: Final = "acfe6bf78ae4e411cd5c7c8f4a71ba01f26a5b97"


def _described(name: str, title: str, path: str, size_bytes: int, sha256: str) -> ModelDescription:
    return ModelDescription(
        name=name,
        title=title,
        contract=CONTRACT,
        repository="concedo/llama-joycaption-beta-one-hf-llava-mmproj-gguf",
        revision=_REVISION,
        licence="Apache-2.0, Llama 3.1 Community",
        files=(
            ModelFile(role=NETWORK, path=path, size_bytes=size_bytes, sha256=sha256, source=PINNED_ALIKE),
            ModelFile(
                role=PROJECTOR,
                path="llama-joycaption-beta-one-llava-mmproj-model-f16.gguf",
                size_bytes=877_771_808,
                sha256="94002cb5c354c7c9e538e64f37d593db9eceeca2e94573bae6cd3b2bd8bb1952",
                source=PINNED_ALIKE,
            ),
        ),
    )


MODELS: Final = (
    _described(
        "joycaption",
        "JoyCaption Beta One (Q4_K)",
        "Llama-Joycaption-Beta-One-Hf-Llava-Q4_K.gguf",
        4_920_735_936,
        "e8ae55dd07e61d541ab741d6ed63e7810192cea65d7ef8cda69b2a99fb06dc15",
    ),
    _described(
        "joycaption-q8",
        "JoyCaption Beta One (Q8_0)",
        "Llama-Joycaption-Beta-One-Hf-Llava-Q8_0.gguf",
        8_540_772_544,
        "914fccbc28d0bdf87bab2937f58707bbc33556021664cd16a9666607d4058b99",
    ),
)
