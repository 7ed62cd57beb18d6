"""InvokeAI's graphs: what ran (`invokeai_graph`) or what stood on the page (`invokeai_workflow`), when nothing else
says how a picture was made. Values are followed along the edges into the step that drew first.
"""

from collections.abc import Mapping

from diffusion_toolkit.generators.grammar.json_recipe import read_side
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.generators.invokeai.metadata import model_name, recipe_of_metadata
from diffusion_toolkit.generators.invokeai.nodes import Graph, Node, read_graph
from diffusion_toolkit.generators.merge import completed
from diffusion_toolkit.record import JsonValue, Lora, Origin, Recipe, changed

_OF_EVERY_NODE = frozenset({"id", "type", "is_intermediate", "use_cache", "board", "metadata"})
_METADATA_NODES = ("core_metadata", "metadata_accumulator")
_TAKEN = _OF_EVERY_NODE | {"steps", "num_steps", "scheduler", "cfg_scale", "seed", "width", "height", "prompt"}
_DRAWS = ("denoise", "t2l", "l2l", "txt2img", "img2img", "latents_to_latents", "text_to_latents")
_MODEL_INPUTS = ("unet", "transformer", "model")
_PROMPTS = ("positive_conditioning", "positive_text_conditioning", "prompt")
_NEGATIVES = ("negative_conditioning", "negative_text_conditioning", "negative_prompt")


def recipe_of_graph(values: Mapping[str, JsonValue], source: str) -> Recipe:
    """The recipe of a graph; without any step that draws (it only pasted pictures) one that says no more than that."""
    graph = read_graph(values)
    recipe = _Walk(graph, source).recipe()
    node = next((node for node in graph.nodes.values() if node.kind in _METADATA_NODES), None)
    if node is None:
        return recipe
    told = recipe_of_metadata(node.values, source, f"nodes.{node.id}.")
    places = {name: tuple(_at(place, node) for place in found) for name, found in told.origins.items()}
    told = changed(told, extra=_said(told.extra), origins=places)
    return completed(told, recipe)


def _at(place: Origin, node: Node) -> Origin:
    return Origin(place.source, place.key, node.id, node.kind)


def _said(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A graph names every input of a node, also those that nobody filled, and what the node is."""
    return {key: value for key, value in values.items() if value is not None and key not in _OF_EVERY_NODE}


class _Walk:
    """One walk through a graph, which remembers where it found things."""

    def __init__(self, graph: Graph, source: str) -> None:
        self._graph = graph
        self._source = source
        self._origins: dict[str, tuple[Origin, ...]] = {}

    def recipe(self) -> Recipe:
        step = self._first_step()
        if step is None:
            return Recipe(generator="invokeai", source=self._source)
        noise = self._noise(step)
        model, loras = self._model(step)
        return Recipe(
            generator="invokeai",
            source=self._source,
            prompt=self._prompt("prompt", step, _PROMPTS),
            negative_prompt=self._prompt("negative_prompt", step, _NEGATIVES),
            steps=read_count(self._value("steps", step, "steps", "num_steps")),
            sampler=self._text("sampler", step, "scheduler", "sampler"),
            cfg_scale=read_decimal(self._value("cfg_scale", step, "cfg_scale")),
            seed=read_seed(self._value("seed", noise, "seed")),
            size=self._size(noise),
            model=model,
            loras=loras,
            vae=self._vae(),
            clip_skip=self._clip_skip(step),
            extra=self._extra(step),
            origins=self._origins,
        )

    def _first_step(self) -> Node | None:
        """The step that drew from noise: of those that the saved picture was made of, the farthest from it."""
        chain = [node for node in self._graph.upstream(self._saved()) if _draws(node)]
        return chain[-1] if chain else next((node for node in self._graph.nodes.values() if _draws(node)), None)

    def _noise(self, step: Node) -> Node:
        """The node that made the noise; newer steps make their own."""
        feeder = self._graph.feeder(step, "noise")
        return feeder if feeder is not None and "seed" in feeder.values else step

    def _saved(self) -> Node | None:
        """The node that made the saved picture: it is not marked as a step on the way."""
        final = [node for node in self._graph.nodes.values() if node.values.get("is_intermediate") is False]
        return next((node for node in final if self._graph.has_inputs(node)), final[0] if final else None)

    def _note(self, field: str, node: Node, key: str) -> None:
        place = Origin(self._source, key, node.id, node.kind)
        self._origins[field] = (*self._origins.get(field, ()), place)

    def _value(self, field: str, node: Node, *keys: str) -> JsonValue:
        """A plain value of the node, or of the node that is wired into its place."""
        for key in keys:
            found = self._graph.value(node, key)
            if found is not None and not isinstance(found[2], (dict, list)):
                self._note(field, found[0], found[1])
                return found[2]
        return None

    def _text(self, field: str, node: Node, *keys: str) -> str | None:
        value = self._value(field, node, *keys)
        if isinstance(value, str) and value.strip():
            return value
        self._origins.pop(field, None)
        return None

    def _prompt(self, field: str, step: Node, inputs: tuple[str, ...]) -> str | None:
        """The text of the first encoder upstream of the input, or in the step itself."""
        for key in inputs:
            encoder = self._graph.feeder(step, key)
            if encoder is not None:
                around = (encoder, *self._graph.upstream(encoder))
                found = (self._text(field, node, "prompt", "positive_prompt") for node in around)
                return next((text for text in found if text), None)
        return self._text(field, step, inputs[-1])

    def _size(self, noise: Node) -> tuple[int, int] | None:
        width = read_side(self._value("size", noise, "width"))
        height = read_side(self._value("size", noise, "height"))
        if width is None or height is None:
            self._origins.pop("size", None)
            return None
        return width, height

    def _model(self, step: Node) -> tuple[str | None, tuple[Lora, ...]]:
        """The model, and the LoRAs put on it on the way to the step, in the order they were put on."""
        loras: list[Lora] = []
        for key in _MODEL_INPUTS:
            loader = self._graph.feeder(step, key)
            for node in (loader, *self._graph.upstream(loader)) if loader else ():
                if name := model_name(node.values.get("lora")):
                    loras.append(Lora(name=name, weight=read_decimal(node.values.get("weight"))))
                    self._note("loras", node, "lora")
                elif name := model_name(node.values.get("model")):
                    self._note("model", node, "model")
                    return name, tuple(reversed(loras))
        name = model_name(step.values.get("model"))
        if name:
            self._note("model", step, "model")
        return name, tuple(reversed(loras))

    def _vae(self) -> str | None:
        saved = self._saved()
        loader = self._graph.feeder(saved, "vae") if saved else None
        name = model_name(loader.values.get("vae_model")) if loader and loader.kind == "vae_loader" else None
        if loader and name:
            self._note("vae", loader, "vae_model")
        return name

    def _clip_skip(self, step: Node) -> int | None:
        encoder = self._graph.feeder(step, "positive_conditioning")
        skip = next((node for node in self._graph.upstream(encoder) if node.kind == "clip_skip"), None)
        return read_count(self._value("clip_skip", skip, "skipped_layers")) if skip else None

    def _extra(self, step: Node) -> dict[str, JsonValue]:
        """What else the step says, as it says it."""
        return {
            key: value
            for key, value in step.values.items()
            if key not in _TAKEN and isinstance(value, (str, int, float, bool)) and value != ""
        }


def _draws(node: Node) -> bool:
    return any(node.kind.startswith(word) or (word == "denoise" and word in node.kind) for word in _DRAWS) and (
        "mask" not in node.kind
    )
