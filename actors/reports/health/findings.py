"""What one check has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Mark(StrEnum):
    """``LOOK`` is worth a person's look and spoils no verdict; ``BAD`` does."""

    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line. ``account`` 0 is the whole process; ``check`` is its name as the table has it."""

    account: int
    check: str
    mark: Mark
    text: str


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is bad."""
    return all(finding.mark is not Mark.BAD for finding in findings)


def finding(account: int, check: str, mark: Mark, text: str) -> Finding:
    """A line whose text is one, whatever stood in it."""
    return Finding(account=account, check=check, mark=mark, text=" ".join(text.split()))


def above(figure: int | Decimal, look: int | Decimal, bad: int | Decimal) -> Mark:
    """The mark of a figure by what it must not go beyond."""
    return Mark.BAD if figure > bad else Mark.LOOK if figure > look else Mark.OK
