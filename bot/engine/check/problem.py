"""What the linter found: where, what, and what to write instead."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int
    step: str
    what: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.step}: {self.what}; {self.remedy}."
