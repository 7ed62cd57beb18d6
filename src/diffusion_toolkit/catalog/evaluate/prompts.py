"""`negative caption` - text of the negative prompt, and of what describes the picture."""

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Exact, Present, Term, Value


def _register(field: str) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        """Words or exact characters, like in the prompt; `none`: no such text."""
        codes = question.column(field)
        match value:
            case Term() | Exact():
                return question.state.prompts.matching(value)[codes]
            case Absent():
                return codes < 0
            case Present():
                return codes >= 0
            case _:
                raise unfit(field, value)


_register("negative")
_register("caption")
