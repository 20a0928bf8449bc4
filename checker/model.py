"""What a rule is, and what it says about an addon."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """A place where a rule is broken.

    Attributes:
        file: The file, relative to the addon.
        line: The line, from 1.
        wrong: What is wrong there.
        remedy: What to write instead.
    """

    file: str
    line: int
    wrong: str
    remedy: str


@dataclass(frozen=True, order=True)
class Doubt:
    """A place where only running the code would show whether the rule is broken."""

    file: str
    line: int
    why: str


class Verdict(StrEnum):
    """What is said of a rule; the order is that of the report."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    OK = "ok"
    NOT_APPLICABLE = "not applicable"


Said = Iterator[Finding | Doubt]


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        id: Its name.
        check: Yields what it finds in one of the things that it is about.
        subjects: Lists these things. There is nothing to check where there are none.
        reason: Where the rule comes from: the guide's checklist or the contract.
    """

    id: str
    check: Callable[[Any], Said]
    subjects: Callable[[Any], Iterable[Any]]
    reason: str

    @property
    def family(self) -> str:
        """The module that the rule is in."""
        return self.check.__module__.rpartition(".")[2]

    @property
    def title(self) -> str:
        """What holds when the rule does, in one line."""
        return (inspect.getdoc(self.check) or "").splitlines()[0].rstrip(".")

    @property
    def explanation(self) -> str:
        """Why the rule is there."""
        return " ".join((inspect.getdoc(self.check) or "").split("\n\n", 1)[-1].split())

    def judge(self, addon: Any) -> "Result":
        """Look at every thing in the addon that the rule is about."""
        subjects = list(self.subjects(addon))
        said = [one for subject in subjects for one in self.check(subject)]
        findings = sorted({one for one in said if isinstance(one, Finding)})
        doubts = sorted({one for one in said if isinstance(one, Doubt)})
        if not subjects:
            verdict = Verdict.NOT_APPLICABLE
        elif findings:
            verdict = Verdict.BROKEN
        else:
            verdict = Verdict.UNKNOWN if doubts else Verdict.OK
        return Result(self, verdict, len(subjects), findings, doubts)


@dataclass(frozen=True)
class Result:
    """What a rule says about one addon."""

    rule: Rule
    verdict: Verdict
    looked_at: int
    findings: list[Finding] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
