"""One typed tree of settings, read once at the entrances: `settings.toml` in the data folder, then the environment.

Environment names begin with DTK_ and go down with two underscores: DTK_DATABASE_URL, DTK_WEB__PORT=8080.
"""

import os
from pathlib import Path
from typing import Literal, TypeAlias

import platformdirs
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from diffusion_toolkit.enrich.captions.asking import CaptionDefaults
from diffusion_toolkit.enrich.captions.modes import CaptionMode
from diffusion_toolkit.enrich.captions.options import (
    CaptionOptions,
    LocalCaptionOptions,
    ProviderName,
    ServerCaptionOptions,
    ServerPicture,
)
from diffusion_toolkit.enrich.captions.provider import Sampling
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.enrich.runtimes.onnx import Device, RuntimeOptions
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.integrations.api_addresses import URL as SERVER_URL
from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.integrations.openai_server import OpenAiServerOptions
from diffusion_toolkit.library.files.opening import PLACEHOLDER, Program
from diffusion_toolkit.plugins import FOLDER


class WebSettings(BaseModel):
    """Where the page is served."""

    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback asks for a token.")
    port: int = Field(default=7710, ge=0, le=65535, description="Port; 0 takes a free one.")
    allowed_hosts: tuple[str, ...] = Field(default=(), description="More names this machine is opened by in a network.")
    open_browser: bool = Field(default=True, description="Open the page when it is ready.")


class ScanSettings(BaseModel):
    """How folders are read."""

    workers: int = Field(default=0, ge=0, le=256, description="Processes that read metadata; 0 means one per core.")
    at_start: bool = Field(default=True, description="Look for changes in every folder when the page is served.")


class ThumbnailSettings(BaseModel):
    """The cache of thumbnails."""

    cache_mib: int = Field(default=2048, ge=16, description="Largest size of the cache, in MiB.")


class CivitaiSettings(BaseModel):
    """Where models are looked up by their hash, only when you ask for it."""

    host: str = Field(default="https://civitai.com", description="Address of the service.")
    api_key: SecretStr | None = Field(default=None, description="Your key, for what is not shown to everybody.")
    timeout_s: float = Field(default=20.0, gt=0, le=300, description="Seconds to wait for an answer.")

    @property
    def options(self) -> CivitaiOptions:
        """The same, for those who ask."""
        key = self.api_key.get_secret_value() if self.api_key else None
        return CivitaiOptions(host=self.host, api_key=key, timeout_s=self.timeout_s)


class ProgramSettings(BaseModel):
    """A program that pictures may be opened with, from this machine only."""

    name: str = Field(min_length=1, max_length=200, description="What the menu calls it.")
    path: str = Field(min_length=1, max_length=4096, description="Where it is, or its name where the system finds it.")
    arguments: tuple[str, ...] = Field(
        default=(PLACEHOLDER,), max_length=100, description='Its arguments; "%1" stands for the files.'
    )

    @field_validator("path")
    @classmethod
    def _whole(cls, path: str) -> str:
        if os.path.dirname(path) and not os.path.isabs(os.path.expanduser(path)):
            raise ValueError("give the whole path, or the name alone")
        return path


class ModelsSettings(BaseModel):
    """The models that look at pictures."""

    folder: Path | None = Field(default=None, description="Where they lie; without it `models` in the data folder.")
    endpoint: str = Field(default="https://huggingface.co", description="The hub that they are fetched from.")
    device: Device = Field(default="auto", description="What they run on: auto, cpu, cuda or directml.")
    decoders: int = Field(
        default=0, ge=0, le=256, description="Processes that decode pictures for them; 0 means one per core."
    )


class CaptionServerSettings(BaseModel):
    """A server that writes captions."""

    url: str = Field(
        default=SERVER_URL, max_length=2000, description="Address of its API, as it speaks OpenAI's protocol."
    )
    model: str | None = Field(
        default=None, max_length=300, description="The model to ask; without a name the first it has."
    )
    api_key: SecretStr | None = Field(default=None, description="Your key, where it wants one.")
    side: int = Field(default=1024, ge=64, le=4096, description="Longest side of the pictures it is sent, in pixels.")
    picture: ServerPicture = Field(
        default="auto", description="fit: shrunk; joycaption: 384 x 384; auto: the latter for models of that name."
    )
    parallel: int = Field(default=4, ge=1, le=128, description="How many pictures it is asked about at the same time.")
    timeout_s: float = Field(default=120.0, gt=0, le=3600, description="Seconds to wait for an answer.")

    @property
    def options(self) -> ServerCaptionOptions:
        """The same, for those who ask."""
        return ServerCaptionOptions(
            server=OpenAiServerOptions(
                url=self.url,
                model=self.model or "",
                api_key=self.api_key.get_secret_value() if self.api_key else None,
                timeout_s=self.timeout_s,
                parallel=self.parallel,
            ),
            side=self.side,
            picture=self.picture,
        )


class CaptionModelSettings(BaseModel):
    """A model on this machine that writes captions."""

    model: str = Field(default="joycaption", max_length=300, description="Its name in `dtk models list`.")
    idle_s: float = Field(
        default=120.0, ge=-1, le=86_400, description="Seconds without work until it is let go; -1 keeps it."
    )
    parallel: int = Field(default=4, ge=1, le=64, description="How many pictures it looks at at the same time.")
    context_tokens: int = Field(default=3072, ge=1024, le=32_768, description="Tokens of one question with its answer.")
    gpu_layers: int = Field(default=-1, ge=-1, le=1000, description="Layers on the graphics card; -1: as many as fit.")
    threads: int = Field(default=0, ge=0, le=256, description="Threads of the processor; 0 means one per core.")
    timeout_s: float = Field(default=600.0, gt=0, le=3600, description="Seconds to wait for an answer.")

    @property
    def options(self) -> LocalCaptionOptions:
        """The same, for those who ask."""
        return LocalCaptionOptions(**self.model_dump())


class CaptionSettings(BaseModel):
    """Captions that models write."""

    provider: ProviderName = Field(
        default="joycaption", description="joycaption: a model on this machine; or a server."
    )
    type: str = Field(default="descriptive", max_length=40, description="The type of captions, where none is named.")
    length: str = Field(default="long", max_length=20, description="any, very short … very long, or a number of words.")
    wishes: tuple[str, ...] = Field(default=(), max_length=50, description="Sentences that are added, by their names.")
    mode: CaptionMode = Field(default="overwrite", description="What becomes of captions that are there.")
    temperature: float = Field(default=0.6, ge=0, le=2, description="0 takes the likeliest words; 1 is lively.")
    max_tokens: int = Field(default=512, ge=1, le=8192, description="Longest caption, in tokens.")
    server: CaptionServerSettings = CaptionServerSettings()
    local: CaptionModelSettings = CaptionModelSettings()

    @property
    def defaults(self) -> CaptionDefaults:
        """What holds where a person asks for captions without a word."""
        return CaptionDefaults(
            provider=self.provider,
            type=self.type,
            length=self.length,
            wishes=self.wishes,
            mode=self.mode,
            sampling=Sampling(temperature=self.temperature, max_tokens=self.max_tokens),
        )

    @property
    def options(self) -> CaptionOptions:
        """How captions are written, for those who open a writer."""
        return CaptionOptions(provider=self.provider, server=self.server.options, local=self.local.options)


NsfwMode: TypeAlias = Literal["show", "blur", "hide"]


class NsfwSettings(BaseModel):
    """What becomes of pictures that are marked NSFW."""

    mode: NsfwMode = Field(default="blur", description="show, blur, or hide: then the server gives nothing of them.")
    passphrase: SecretStr | None = Field(
        default=None, description="Scrypt hash of the passphrase that ends hiding; the page sets it."
    )


class LogSettings(BaseModel):
    """The log file in the data folder."""

    level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="What is worth a line.")
    size_mib: int = Field(default=5, ge=1, le=1024, description="Size at which a new log file begins, in MiB.")
    files: int = Field(default=4, ge=1, le=100, description="How many old log files are kept.")


class Settings(BaseSettings):
    """Everything one can set."""

    model_config = SettingsConfigDict(env_prefix="DTK_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Field(description="Where everything of ours lives: database, thumbnails, logs, settings.")
    database_url: SecretStr | None = Field(default=None, description="A PostgreSQL to use instead of the embedded one.")
    collection: str = Field(default="main", description="The collection to work on.")
    web: WebSettings = WebSettings()
    scan: ScanSettings = ScanSettings()
    thumbnails: ThumbnailSettings = ThumbnailSettings()
    log: LogSettings = LogSettings()
    civitai: CivitaiSettings = CivitaiSettings()
    models: ModelsSettings = ModelsSettings()
    captions: CaptionSettings = CaptionSettings()
    nsfw: NsfwSettings = NsfwSettings()
    open_with: tuple[ProgramSettings, ...] = Field(default=(), max_length=100, description="Programs for pictures.")

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that pictures may be opened with."""
        return tuple(Program(name=each.name, path=each.path, arguments=each.arguments) for each in self.open_with)

    @property
    def models_folder(self) -> Path:
        """The folder of models that look at pictures."""
        return (self.models.folder or self.data_dir / "models").expanduser().absolute()

    @property
    def stage_context(self) -> StageContext:
        """What this machine adds to models that look at pictures."""
        runtime = RuntimeOptions(device=self.models.device)
        return StageContext(
            models_folder=self.models_folder,
            runtime=runtime,
            given={"caption": self.captions.options},
            decoders=self.models.decoders,
        )

    @property
    def logs_dir(self) -> Path:
        """The folder of our log files."""
        return self.data_dir / "logs"

    @property
    def plugin_folder(self) -> str:
        """The folder of single-file plugins."""
        return plugin_folder(self.data_dir)

    @property
    def server_url(self) -> str | None:
        """The address of the external PostgreSQL, with its password, or None."""
        return self.database_url.get_secret_value() if self.database_url else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        del dotenv_settings, file_secret_settings
        data_dir: Path = init_settings()["data_dir"]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, data_dir / "settings.toml")


def default_data_dir() -> Path:
    """DTK_DATA_DIR, else the place the operating system has for such data."""
    given = os.environ.get("DTK_DATA_DIR")
    return Path(given) if given else platformdirs.user_data_path("diffusion-toolkit", appauthor=False)


def plugin_folder(data_dir: Path | None = None) -> str:
    """The folder of single-file plugins in a data folder, which needs no settings to be found."""
    return str((data_dir or default_data_dir()).expanduser().absolute() / FOLDER)


def stage_context(data_dir: Path | None = None) -> StageContext:
    """What this machine adds to models that look at pictures, as the settings are now: for those who run for long."""
    return load(data_dir=data_dir).stage_context


def load(*, data_dir: Path | None = None, collection: str | None = None) -> Settings:
    """The settings, read once. Raises UsageError with one line per wrong value."""
    given = {"collection": collection} if collection else {}
    folder = (data_dir or default_data_dir()).expanduser().absolute()
    try:
        return Settings(data_dir=folder, **given)  # pyright: ignore[reportArgumentType]  (filled by name)
    except ValidationError as error:
        wrong = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        raise UsageError("These settings are wrong: " + "; ".join(wrong)) from error
    except ValueError as error:
        raise UsageError(f"settings.toml in the data folder cannot be read: {error}") from error
