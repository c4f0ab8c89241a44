"""The error that a user can mend: it says what is wrong, where, and what would be right."""

from dataclasses import dataclass
from pathlib import Path


# Not frozen: `contextlib` sets `__traceback__` on an error that passes through it.
@dataclass(eq=False)
class InputError(Exception):
    """Wrong input: the command line, a document, a fixture. A command prints it and exits with 2.

    Attributes:
        problem: what is wrong, naming the value.
        remedy: what would be right, as an instruction.
        file: the file at fault, where there is one.
        line: its line, counted from 1, where it is known.

    """

    problem: str
    remedy: str
    file: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "
        return f"{place}{self.problem}. {self.remedy}."
