"""The schema as a tree to walk: which field a place means, and what may stand there.

Messages and the tests of the example file read ranges from here, so no range is written twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.fields import OFF


def section_of(root: type[BaseModel], location: Iterable[int | str]) -> type[BaseModel] | None:
    """The model of the table at a place; None if no table stands there."""
    here: type[BaseModel] | None = root
    for part in location:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if here else None
        here = _model_in(field) if field else None
    return here


def field_at(root: type[BaseModel], location: Sequence[int | str]) -> FieldInfo | None:
    """The field at a place; None for the root, an unknown key, or one table of a list."""
    if not location or isinstance(location[-1], int):
        return None
    table = section_of(root, location[:-1])
    return table.model_fields.get(location[-1]) if table else None


def fields_of_table(table: type[BaseModel]) -> list[str]:
    """The keys of one table, in the order of the schema."""
    return list(table.model_fields)


def tables(root: type[BaseModel], header: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table below ``root`` with its TOML header, e.g. ``[[accounts.symbols]]``."""
    for name, field in root.model_fields.items():
        model = _model_in(field)
        if model is not None:
            path = f"{header}.{name}" if header else name
            yield (f"[[{path}]]" if _is_list(field) else f"[{path}]"), model
            yield from tables(model, path)


def header_of(root: type[BaseModel], location: Sequence[int | str]) -> str:
    """How the table at a place is headed in the file."""
    path = ".".join(part for part in location if isinstance(part, str))
    double = f"[[{path}]]"
    return double if double in dict(tables(root)) else f"[{path}]"


def homes_of(root: type[BaseModel], key: str) -> list[str]:
    """The headers of the tables that do know ``key``."""
    return [header for header, table in tables(root) if key in table.model_fields]


def limits(field: FieldInfo) -> tuple[str, str] | None:
    """The smallest and the largest number allowed, as text; None where there are none."""
    low = next((item.ge for item in field.metadata if isinstance(item, Ge)), None)
    high = next((item.le for item in field.metadata if isinstance(item, Le)), None)
    return None if low is None or high is None else (str(low), str(high))


def expectation(field: FieldInfo) -> str:
    """What may stand in a field, for a person: ``a number from 0.05 to 20``."""
    kinds = get_args(field.annotation) if isinstance(field.annotation, UnionType) else (field.annotation,)
    kind = kinds[0]
    if kind is bool:
        return "true or false"
    words = words_of(field)
    if words:
        return ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    bounds = limits(field)
    if bounds:
        noun = "a number" if kind is Decimal else "a whole number"
        exact = " with at most 8 decimals" if kind is Decimal else ""
        off = f', or "{OFF}"' if type(None) in kinds else ""
        return f"{noun} from {bounds[0]} to {bounds[1]}{exact}{off}"
    return field.description or ("a path" if kind is Path else "text")


def words_of(field: FieldInfo) -> list[str]:
    """The words that a field chooses from; empty for every other kind of field."""
    kind = field.annotation
    return [str(word) for word in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else []


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _model_in(field: FieldInfo) -> type[BaseModel] | None:
    kind = get_args(field.annotation)[0] if _is_list(field) else field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
