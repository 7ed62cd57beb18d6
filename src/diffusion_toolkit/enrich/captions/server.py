"""Captions by any server that speaks OpenAI's chat protocol."""

from diffusion_toolkit.enrich.captions.options import ProviderName, ServerCaptionOptions
from diffusion_toolkit.enrich.captions.pictures import JOYCAPTION_FORM, PictureForm
from diffusion_toolkit.enrich.captions.provider import Question, chat_request
from diffusion_toolkit.integrations.openai_server import ChatAnswer, OpenAiServer


class ServerCaptions:
    """A server as a writer of captions; a `CaptionProvider`."""

    name: ProviderName = "server"

    def __init__(self, options: ServerCaptionOptions) -> None:
        """Raises UsageError for an address or a key that cannot be one."""
        self.server = OpenAiServer(options.server)
        self._options = options

    @property
    def model(self) -> str:
        """The model that is asked. Raises ServiceFailed where the server has to be asked for it and does not tell."""
        return self.server.model()

    @property
    def version(self) -> str:
        """A server tells no more of a model than its name."""
        return f"{self.model} {self.form.described}"

    @property
    def parallel(self) -> int:
        """How many questions it is asked at the same time."""
        return self._options.server.parallel

    @property
    def form(self) -> PictureForm:
        """How pictures are sent to it."""
        chosen = self._options.picture
        squished = chosen == "joycaption" or (chosen == "auto" and "joycaption" in self.model.casefold())
        return JOYCAPTION_FORM if squished else PictureForm(side=self._options.side)

    @property
    def device(self) -> str:
        """The machine that is asked."""
        return self.server.name

    def check_ready(self) -> None:
        """Nothing has to be installed for a server."""

    def ask(self, question: Question) -> ChatAnswer:
        """Ask once. Raises ServiceFailed, ServerUnusable."""
        return self.server.chat(chat_request(question))

    def close(self) -> None:
        """Let go of the connections."""
        self.server.close()
