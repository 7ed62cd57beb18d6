"""Wan2GP."""

import json
from typing import Any

import video_bytes
from book.drawn import drawn_jpeg, drawn_png, drawn_webp
from book.page import Page
from container_bytes import USER_COMMENT, exif, segment, text_chunk

_WRITTEN = {
    "prompt": "a heron wades through a flooded meadow\nit takes off",
    "negative_prompt": "static, subtitles",
    "resolution": "832x480",
    "video_length": 81,
    "seed": 1206335187,
    "num_inference_steps": 24,
    "guidance_scale": 4.5,
    "flow_shift": 5,
    "sample_solver": "unipc",
    "image_prompt_type": "",
    "activated_loras": ["heron_motion.safetensors", "https://host.example/loras/mist.safetensors"],
    "loras_multipliers": "0.9 1",
    "model_type": "t2v",
    "model_filename": "https://host.example/models/resolve/main/wan2.1_text2video_14B_quanto_int8.safetensors",
    "generation_time": 412,
    "creation_date": "2026-03-30T12:51:02",
    "type": "WanGP v10.70 by DeepBeepMeep - Wan2.1 Text2video 14B",
    "settings_version": 2.49,
}
_JSON = json.dumps(_WRITTEN)
_RECIPE: dict[str, Any] = {
    "generator": "wan2gp",
    "generator_version": "10.70",
    "prompt": "a heron wades through a flooded meadow\nit takes off",
    "negative_prompt": "static, subtitles",
    "steps": 24,
    "sampler": "unipc",
    "cfg_scale": 4.5,
    "seed": 1206335187,
    "model": "wan2.1_text2video_14B_quanto_int8.safetensors",
    "size": [832, 480],
    "loras": [{"name": "heron_motion.safetensors", "weight": 0.9}, {"name": "mist.safetensors", "weight": 1.0}],
    "extra": {
        "video_length": 81,
        "flow_shift": 5,
        "model_type": "t2v",
        "generation_time": 412,
        "creation_date": "2026-03-30T12:51:02",
        "type": "WanGP v10.70 by DeepBeepMeep - Wan2.1 Text2video 14B",
        "settings_version": 2.49,
    },
    "workflow": False,
    "problems": [],
}
_FILM: dict[str, Any] = {
    "format": "mp4",
    "width": 64,
    "height": 48,
    "duration_s": 2.0,
    "codec": "h264",
    "audio_codec": "aac",
    "frame_rate": 24.0,
}

PAGES = [
    Page(
        name="wan2gp.mp4",
        about="the comment of a film",
        data=video_bytes.mp4(video_bytes.items(video_bytes.item(b"\xa9cmt", _JSON.encode()))),
        expected={**_FILM, "source": "mp4:comment", **_RECIPE},
    ),
    Page(
        name="wan2gp-beside.mp4",
        about="JSON beside the film, where that was chosen",
        data=video_bytes.mp4(),
        beside={"wan2gp-beside.json": json.dumps(_WRITTEN, indent=4).encode()},
        expected={**_FILM, "source": "sidecar:json", **_RECIPE},
    ),
    Page(
        name="wan2gp.png",
        about="a comment with a small letter",
        data=drawn_png(text_chunk("comment", _JSON)),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:comment", **_RECIPE},
    ),
    Page(
        name="wan2gp.jpg",
        about="the comment of a JPEG",
        data=drawn_jpeg(segment(0xFE, _JSON.encode())),
        expected={"format": "jpeg", "width": 64, "height": 48, "source": "jpeg:COM", **_RECIPE},
    ),
    Page(
        name="wan2gp.webp",
        about="EXIF UserComment",
        data=drawn_webp(exif({}, sub={USER_COMMENT: b"ASCII\0\0\0" + _JSON.encode()})),
        expected={"format": "webp", "width": 64, "height": 48, "source": "exif:UserComment", **_RECIPE},
    ),
]
