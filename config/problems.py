"""What is wrong with a configuration: places, sentences, hints, and the one error that carries them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.schema import Config
from config.settings_tree import (
    expectation,
    field_at,
    fields_of_table,
    header_of,
    homes_of,
    section_of,
    words_of,
)

Location = tuple[int | str, ...]
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to put right. ``place`` reads like ``accounts[0].symbols[1].grid_step_percent``;
    empty when it is the file as a whole."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what


class ConfigError(Exception):
    """The configuration can't be used. ``problems`` holds all that is wrong with it, never a secret."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        super().__init__(source, tuple(problems))
        self.source = source
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return render_problems(self)


def render_problems(error: ConfigError) -> str:
    """The error as lines for a terminal or a log: one line a problem, each with file and place."""
    count = len(error.problems)
    head = f"{error.source}: {count} problem{'' if count == 1 else 's'}"
    return "\n".join([head, *(f"  {error.source}: {problem}" for problem in error.problems)])


def place_of(location: Iterable[int | str]) -> str:
    """``("accounts", 0, "name")`` as ``accounts[0].name``; a key that TOML would quote stays quoted."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if part.isascii() and part.replace("-", "_").isidentifier() else repr(part)
            text += f".{_cut(key)}" if text else _cut(key)
    return text


def problems_of(error: ValidationError) -> list[Problem]:
    """Every pydantic error in our words: what stands there, what may stand there, what was meant."""
    details = error.errors(include_url=False)
    return [Problem(place=place_of(d["loc"]), what=_sentence(d)) for d in details if not _is_echo(d)]


def _is_echo(detail: ErrorDetails) -> bool:
    """pydantic also calls a list too short when its items are wrong: those are reported already."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _sentence(detail: ErrorDetails) -> str:
    location = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return _unknown_key(location, detail["input"])
    field = field_at(Config, location)
    wanted = expectation(field) if field and not section_of(Config, location) else _tables_wanted(location)
    if detail["type"] == "missing":
        return f"is missing and has no default; give {wanted}"
    key = str(location[-1])
    if key.endswith("_env"):
        return f"is not {wanted}; put the variable's name here, never the key itself (value not shown)"
    return f"is {_shown(detail['input'])}; allowed: {wanted}{_meant(detail)}"


def _tables_wanted(location: Location) -> str:
    header = header_of(Config, location)
    if isinstance(location[-1], str) and header.startswith("[["):
        return f"one table or more, each headed {header}"
    return f"a table, headed {header}"


def _shown(value: object) -> str:
    """A value as TOML writes it, cut to a readable length; tables and lists only by kind."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "an empty list" if not value else "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def _meant(detail: ErrorDetails) -> str:
    """A hint for a misspelt value of a setting that takes one of several words."""
    if detail["type"] != "enum" or not isinstance(detail["input"], str):
        return ""
    field = field_at(Config, detail["loc"])
    close = get_close_matches(detail["input"].lower(), words_of(field) if field else [], n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def _unknown_key(location: Location, value: object) -> str:
    """Never shows the value: someone may have pasted a secret under a key of his own invention."""
    key = str(location[-1])
    table = section_of(Config, location[:-1]) or Config
    known = fields_of_table(table)
    close = get_close_matches(key.lower(), known, n=1)
    if close:
        return f"is unknown here; did you mean {close[0]}?"
    homes = homes_of(Config, key)
    if homes:
        return f"is unknown here; it belongs to {' or '.join(homes)}"
    kind = "table" if isinstance(value, dict) else "setting"
    return f"is an unknown {kind}; known here: {', '.join(known)}"
