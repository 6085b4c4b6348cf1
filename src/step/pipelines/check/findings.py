"""What a check understood of a study's files, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from step.errors import InputError
from step.project.catalog import Reading

Result = TypeVar("Result")


@dataclass(frozen=True)
class Understood:
    """What was understood of one source.

    Attributes:
        source: Its name in the catalog, or what several of them tell together.
        file: Where it lies; None for what several tell.
        summary: What it holds.
    """

    source: str
    file: str | None
    summary: str


@dataclass(frozen=True)
class Problem:
    """What ends an ordinary run.

    Attributes:
        message: What is wrong, and how to mend it.
        files: The sources that are to blame: name → file.
    """

    message: str
    files: dict[str, str]


@dataclass
class StudyCheck:
    """The result of a check, filled source by source.

    Attributes:
        understood: What was understood of each source that could be read.
        problems: What ends an ordinary run.
        doubts: What an ordinary run accepts, but looks wrong.
    """

    understood: list[Understood] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def content(self, reading: Reading) -> Any:
        """Return what was read of a source; note why it could not be read."""
        if reading.fault:
            self.blame(reading.fault, reading)
        return reading.content

    def understand(self, reading: Reading, summary: str) -> None:
        """Note what a source holds."""
        self.understood.append(Understood(reading.name, reading.file, summary))

    def blame(self, message: str, *readings: Reading) -> None:
        """Note a problem, once."""
        files = {each.name: each.file for each in readings if each.file is not None}
        if message not in [each.message for each in self.problems]:
            self.problems.append(Problem(message, files))

    def attempt(
        self, step: Callable[..., Result], *arguments: Any, of: list[Reading]
    ) -> Result | None:
        """Take a step of an ordinary run; note what it finds wrong.

        Args:
            step: Raises InputError where the sources or settings are wrong.
            arguments: Of the step.
            of: The sources that are to blame.
        """
        try:
            return step(*arguments)
        except InputError as error:
            self.blame(str(error), *of)
            return None


def join_checks(*checks: StudyCheck) -> StudyCheck:
    """Put the findings of several steps together."""
    return StudyCheck(
        understood=[each for check in checks for each in check.understood],
        problems=[each for check in checks for each in check.problems],
        doubts=[each for check in checks for each in check.doubts],
    )


def list_understood(check: StudyCheck) -> str:
    """Tell what was understood, a paragraph a source."""
    return "\n".join(
        f"{each.source}{f': {each.file}' if each.file else ''}\n  {each.summary}"
        for each in check.understood
    )


def list_problems(check: StudyCheck) -> str:
    """Number the problems, each with the files that are to blame unless its message names them."""
    paragraphs = []
    for number, problem in enumerate(check.problems, start=1):
        files = [
            f"  {name}: {file}"
            for name, file in problem.files.items()
            if file not in problem.message
        ]
        lines = [problem.message, *(["Read from:", *files] if files else [])]
        paragraphs.append(f"{number}. " + "\n".join(lines).replace("\n", "\n   "))
    return "\n".join(paragraphs)
