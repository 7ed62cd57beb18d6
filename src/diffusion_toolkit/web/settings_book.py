"""The settings as a page may see and change them: the file in the data folder, which keeps its comments."""

import os
import tempfile
import types
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

import annotated_types
import tomlkit
from pydantic import BaseModel, JsonValue, SecretStr
from pydantic.fields import FieldInfo

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.settings import Settings, load

FILE: Final = "settings.toml"
OTHERS: Final = frozenset({"data_dir", "database_url", "nsfw.mode", "nsfw.passphrase"})
"""Not to be changed as the rest is: the first two decide where this very file and the library lie."""
AT_ONCE: Final = ("open_with", "captions.", "models.device", "models.decoders")
"""What needs no new start: these, or all that begin so."""
OF_THIS_MACHINE: Final = frozenset(
    {
        *("open_with", "civitai.host", "web.host", "web.port", "web.allowed_hosts"),
        *("models.folder", "models.endpoint", "captions.server.url"),
    }
)
"""Only who sits at this machine may set these: they start programs, open doors, or say where keys and files go."""

SettingKind: TypeAlias = Literal["switch", "whole", "number", "text", "choice", "secret", "list", "programs"]
Source: TypeAlias = Literal["default", "file", "environment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. value: as it stands in file and environment now, never a secret; is_set: it is not the default;
    pending: it will hold from the next start on; of_this_machine: only who sits there may change it.
    """

    name: str
    kind: SettingKind
    value: JsonValue
    default: JsonValue
    description: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    source: Source
    is_set: bool
    pending: bool
    of_this_machine: bool


class SettingsBook:
    """Reads and writes the settings of one data folder. May be used from many threads at once."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir
        self._lock = Lock()
        self._at_start = self._readable()

    @property
    def settings(self) -> Settings:
        """As file and environment have them now. Raises UsageError."""
        return load(data_dir=self._folder)

    def _readable(self) -> Settings | None:
        """What this program runs with, to tell what a new start would change; None where the file is wrong."""
        try:
            return self.settings
        except UsageError:
            return None

    def list(self) -> list[Setting]:
        """Everything a page may set, in the order of the document."""
        now = self.settings
        document = self._document()
        return [self._setting(name, field, now, document) for name, field in _fields(Settings) if name not in OTHERS]

    def change(self, values: Mapping[str, JsonValue]) -> None:
        """Write these settings; None brings the default back. Raises NotFound, UsageError; then nothing is written."""
        known = dict(_fields(Settings))
        for name in values:
            if name not in known:
                raise NotFound(f'There is no setting "{name[:100]}".')
            if from_environment(name):
                raise UsageError(f"{name} is set by the environment; change it there.")
        with self._lock:
            document = self._document()
            for name, value in values.items():
                _put(document, name.split("."), value)
            self._write(tomlkit.dumps(document))

    def _setting(self, name: str, field: FieldInfo, now: Settings, document: tomlkit.TOMLDocument) -> Setting:
        kind = _kind(field)
        value, default = _value(now, name), _plain(field.get_default(call_default_factory=True))
        in_file = _has(document, name.split("."))
        started = self._at_start or now
        low, high = _bounds(field)
        return Setting(
            name=name,
            kind=kind,
            value=None if kind == "secret" else value,
            default=None if kind == "secret" else default,
            description=field.description or "",
            minimum=low,
            maximum=high,
            choices=_choices(field),
            source="environment" if from_environment(name) else "file" if in_file else "default",
            is_set=value != default,
            pending=not name.startswith(AT_ONCE) and _value(started, name) != value,
            of_this_machine=name in OF_THIS_MACHINE,
        )

    def _document(self) -> tomlkit.TOMLDocument:
        path = self._folder / FILE
        try:
            return tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        except ValueError as error:
            raise UsageError(f"{FILE} in the data folder cannot be read: {error}") from error

    def _write(self, text: str) -> None:
        """In one step, and only what can be read again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="settings-", dir=self._folder) as folder:
            path = Path(folder) / FILE
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            path.chmod(0o600)  # it may hold a key
            load(data_dir=Path(folder))
            path.replace(self._folder / FILE)


def from_environment(name: str) -> bool:
    """Whether the environment has the last word on a setting."""
    wanted = "DTK_" + name.upper().replace(".", "__")
    return any(key.upper() == wanted or key.upper().startswith(wanted + "__") for key in os.environ)


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _kind(field: FieldInfo) -> SettingKind:
    kinds = _annotations(field)
    if SecretStr in kinds:
        return "secret"
    if _choices(field):
        return "choice"
    by_type: Mapping[Any, SettingKind] = {bool: "switch", int: "whole", float: "number", str: "text", Path: "text"}
    for kind in kinds:
        if get_origin(kind) is tuple:
            return "list" if get_args(kind)[0] is str else "programs"
        if kind in by_type:
            return by_type[kind]
    raise TypeError(f"a setting of this type cannot be shown: {field.annotation}")


def _annotations(field: FieldInfo) -> tuple[Any, ...]:
    kind = field.annotation
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _choices(field: FieldInfo) -> tuple[str, ...]:
    """Of a Literal, or of a pattern that is nothing but alternatives."""
    for kind in _annotations(field):
        if get_origin(kind) is Literal:
            return tuple(map(str, get_args(kind)))
    for rule in field.metadata:
        pattern = getattr(rule, "pattern", None)
        if isinstance(pattern, str) and pattern.startswith("^(") and pattern.endswith(")$"):
            return tuple(pattern[2:-2].split("|"))
    return ()


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low = high = None
    for rule in field.metadata:
        match rule:
            case annotated_types.Ge(bound) | annotated_types.Gt(bound):
                low = float(cast(float, bound))
            case annotated_types.Le(bound) | annotated_types.Lt(bound):
                high = float(cast(float, bound))
            case _:
                pass
    return low, high


def _value(settings: Settings, name: str) -> JsonValue:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return _plain(found)


def _plain(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return str(value)
        case SecretStr():
            return value.get_secret_value()
        case BaseModel():
            return cast(JsonValue, value.model_dump(mode="json"))
        case tuple() | list():
            return [_plain(each) for each in cast("tuple[object, ...]", value)]
        case _:
            raise TypeError(f"a setting of this type cannot be shown: {type(value)}")


def _has(document: tomlkit.TOMLDocument, parts: list[str]) -> bool:
    found: Any = document
    for part in parts:
        if not isinstance(found, Mapping) or part not in found:
            return False
        found = cast(Any, found[part])
    return True


def _put(document: tomlkit.TOMLDocument, parts: list[str], value: JsonValue) -> None:
    table = cast("MutableMapping[str, Any]", document)
    for part in parts[:-1]:
        if part not in table:
            if value is None:
                return
            table[part] = tomlkit.table()
        if not isinstance(table[part], MutableMapping):
            raise UsageError(f"{FILE} in the data folder is wrong: {part} is no section.")
        table = cast("MutableMapping[str, Any]", table[part])
    if value is None:
        table.pop(parts[-1], None)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        rows = tomlkit.aot()
        for each in value:
            cast(Any, rows).append(tomlkit.item(cast(Any, each)))
        table[parts[-1]] = rows
    else:
        table[parts[-1]] = value
