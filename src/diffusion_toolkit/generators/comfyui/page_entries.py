"""What stands in one node of a page's graph, read without trust in its types."""

from collections.abc import Mapping

from diffusion_toolkit.record import JsonValue

Entry = dict[str, JsonValue]

MUTED, BYPASSED = 2, 4
SET_NODES = ("SetNode", "easy setNode")
GET_NODES = ("GetNode", "easy getNode")
_NODE_NAME = "Node name for S&R"
_MOST_SLOTS = 1_000
_LONGEST_NAME = 200


def kind_of(entry: Entry) -> str:
    """A node's class; where the type is missing, its name for search and replace, else its title."""
    kind = entry.get("type")
    if isinstance(kind, str) and kind:
        return kind
    names = (property_of(entry, _NODE_NAME), entry.get("title"))
    return next((name for name in names if isinstance(name, str) and name), "")


def is_idle(entry: Entry) -> bool:
    """Whether a node is muted or bypassed, so that it is not executed."""
    return entry.get("mode") in (MUTED, BYPASSED)


def property_of(entry: Entry, name: str) -> JsonValue:
    """One of a node's properties; None when it has none of that name."""
    properties = entry.get("properties")
    return properties.get(name) if isinstance(properties, dict) else None


def slots_of(entry: Mapping[str, JsonValue], name: str) -> list[Entry]:
    """A node's inputs or outputs; what is no object is an empty one, so that positions stay."""
    slots = entry.get(name)
    if not isinstance(slots, list):
        return []
    return [slot if isinstance(slot, dict) else {} for slot in slots[:_MOST_SLOTS]]


def first_value(entry: Entry) -> JsonValue:
    """The value of a node's first widget."""
    values = entry.get("widgets_values")
    if isinstance(values, dict):
        return next(iter(values.values()), None)
    return values[0] if isinstance(values, list) and values else None


def key_of(value: JsonValue) -> str:
    """An id or name as text; "" for what can be none. Never the text of a list, which may be nested too deep."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def shared_name(entry: Entry) -> str:
    """The name that a SetNode gives and a GetNode asks for."""
    value = first_value(entry)
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""
