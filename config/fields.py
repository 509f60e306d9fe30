"""What a setting may be: the base of every section and the types its fields are made of.

Everything is strict: a number in quotes is an error, not a number. The few conversions are those
that TOML makes necessary: a whole number where a Decimal is meant, text for an enum or a path.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

OFF = "off"


class Section(BaseModel):
    """One table of the file: strict, frozen, and refusing keys that it doesn't know."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


def _whole_to_decimal(value: object) -> object:
    return Decimal(value) if type(value) is int else value


def _off_to_none(value: object) -> object:
    return None if value == OFF else _whole_to_decimal(value)


def _text_to_path(value: object) -> object:
    """``~`` is a person's home, as in a shell; of a person whom the machine doesn't know, text stays text."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return value
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return value


# 20 digits keep every product of two settings exact within Decimal's 28.
_digits = Field(max_digits=20, decimal_places=8)

Number = Annotated[Decimal, _digits, BeforeValidator(_whole_to_decimal)]
NumberOrOff = Annotated[Decimal | None, _digits, BeforeValidator(_off_to_none)]
Folder = Annotated[Path, BeforeValidator(_text_to_path)]
Choice = Field(strict=False)  # lets text become the enum it names
Tables = Field(strict=False)  # lets TOML's arrays become tuples

# A pattern that no API key of Bybit's fits (theirs have lower-case letters): keys stay out of the file.
VariableName = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$", max_length=100)]
VARIABLE = "the name of an environment variable (A-Z, 0-9 and _)"
