"""What the codec writes it reads back equal, and what doesn't fit is refused by its path."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any
from weakref import WeakSet

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.account import Execution
from messages.ids import OrderName
from messages.settings import GridSettings
from messages.sides import Role, Side
from state.store.codec import decode, encode
from state.store.scalars import CodecError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Rank(IntEnum):
    FIRST = 0
    SECOND = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    price: Decimal
    colour: Colour
    rank: Rank
    note: str | None = None


@dataclass(slots=True, kw_only=True)
class Tree:
    number: int
    flag: bool
    leaf: Leaf
    maybe: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[int, Decimal] = (0, Decimal(0))
    kept: frozenset[int] = frozenset()
    sides: frozenset[Side] = frozenset()
    by_level: dict[int, Leaf] = field(default_factory=dict)
    by_side: dict[Side, Decimal] = field(default_factory=dict)
    by_rank: dict[Rank, int] = field(default_factory=dict)
    by_id: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Frozen:
    number: int


decimals = st.decimals(allow_nan=False, allow_infinity=False)
integers = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.builds(
    Leaf,
    price=decimals,
    colour=st.sampled_from(Colour),
    rank=st.sampled_from(Rank),
    note=st.none() | texts,
)
trees = st.builds(
    Tree,
    number=integers,
    flag=st.booleans(),
    leaf=leaves,
    maybe=st.none() | leaves,
    leaves=st.lists(leaves, max_size=3).map(tuple),
    pair=st.tuples(integers, decimals),
    kept=st.frozensets(integers, max_size=4),
    sides=st.frozensets(st.sampled_from(Side)),
    by_level=st.dictionaries(integers, leaves, max_size=3),
    by_side=st.dictionaries(st.sampled_from(Side), decimals),
    by_rank=st.dictionaries(st.sampled_from(Rank), integers),
    by_id=st.dictionaries(texts, integers, max_size=3),
)
LEAF = Leaf(price=Decimal("1.50"), colour=Colour.RED, rank=Rank.SECOND)
TREE = Tree(number=1, flag=True, leaf=LEAF, by_level={3: LEAF})


@given(trees)
def test_what_is_written_is_read_back_equal_through_real_json(tree: Tree) -> None:
    assert decode(Tree, orjson.loads(orjson.dumps(encode(tree)))) == tree


@given(trees)
def test_the_standard_library_reads_the_same_json(tree: Tree) -> None:
    assert json.loads(json.dumps(encode(tree))) == encode(tree)


@given(decimals)
def test_a_decimal_keeps_every_digit_and_its_exponent(price: Decimal) -> None:
    leaf = Leaf(price=price, colour=Colour.RED, rank=Rank.FIRST)
    assert decode(Leaf, encode(leaf)).price.as_tuple() == price.as_tuple()


@given(st.dictionaries(texts, integers))
def test_the_order_of_a_dict_survives_the_file(by_id: dict[str, int]) -> None:
    tree = Tree(number=0, flag=False, leaf=LEAF, by_id=by_id)
    assert list(decode(Tree, orjson.loads(orjson.dumps(encode(tree)))).by_id) == list(by_id)


@given(st.lists(integers, unique=True))
def test_equal_sets_have_one_form_however_they_were_made(numbers: list[int]) -> None:
    there, back = (Tree(number=0, flag=False, leaf=LEAF, kept=frozenset(n)) for n in (numbers, numbers[::-1]))
    assert orjson.dumps(encode(there)) == orjson.dumps(encode(back))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("leaf", "price"), 1.5, "Tree.leaf.price: expected a decimal number as text, got 1.5"),
        (("leaf", "price"), "NaN", "Tree.leaf.price: expected a decimal number as text, got 'NaN'"),
        (("leaf", "price"), " 1", "Tree.leaf.price: expected a decimal number as text, got ' 1'"),
        (("leaf", "price"), "1E+9999999999999999999", "Tree.leaf.price: expected a decimal number within"),
        (("leaf", "colour"), "green", "Tree.leaf.colour: expected one of red, blue, got 'green'"),
        (("leaf", "rank"), True, "Tree.leaf.rank: expected one of 0, 1, got True"),
        (("leaf",), None, "Tree.leaf: expected an object (Leaf), got None"),
        (("flag",), 1, "Tree.flag: expected true or false, got 1"),
        (("number",), True, "Tree.number: expected a whole number of at most 64 bits, got True"),
        (("number",), 2**63, "Tree.number: expected a whole number of at most 64 bits"),
        (("by_level", "3", "price"), 7, "Tree.by_level['3'].price: expected a decimal number as text, got 7"),
        (("by_level", "03"), {}, "Tree.by_level['03']: expected a whole number as key, got '03'"),
        (("by_side", "UP"), "1", "Tree.by_side['UP']: expected one of LONG, SHORT, got 'UP'"),
        (("leaves",), {}, "Tree.leaves: expected a list, got {}"),
        (("pair",), [1], "Tree.pair: expected a list of 2, got [1]"),
        (("kept",), [1, 1], "Tree.kept: expected no value twice, got [1, 1]"),
        (("kept",), [1, "2"], "Tree.kept[1]: expected a whole number of at most 64 bits, got '2'"),
        (("extra",), 1, "Tree: expected no field beside those of Tree, got ['extra']"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(path: tuple[str, ...], value: Any, told: str) -> None:
    data: Any = orjson.loads(orjson.dumps(encode(TREE)))
    inner = data
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(CodecError) as refused:
        decode(Tree, data)
    assert str(refused.value).startswith(told)


def test_a_missing_field_is_refused_though_it_has_a_default() -> None:
    data = dict(encode(TREE))
    del data["kept"]
    with pytest.raises(CodecError, match="Tree: expected the field 'kept' of Tree"):
        decode(Tree, data)


def test_a_value_that_breaks_its_hint_is_never_written() -> None:
    wrong: Any = 1.5
    with pytest.raises(CodecError, match=r"Tree\.by_level\[0\]\.price: expected a finite Decimal, got 1\.5"):
        encode(
            Tree(
                number=0,
                flag=True,
                leaf=LEAF,
                by_level={0: Leaf(price=wrong, colour=Colour.RED, rank=Rank.FIRST)},
            )
        )
    with pytest.raises(CodecError, match="finite"):
        encode(Leaf(price=Decimal("NaN"), colour=Colour.RED, rank=Rank.FIRST))


def test_text_that_has_no_utf8_is_refused_before_the_file() -> None:
    with pytest.raises(CodecError, match="expected text"):
        encode(Leaf(price=Decimal(1), colour=Colour.RED, rank=Rank.FIRST, note="\ud800"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    )
)
def test_foreign_json_is_refused_and_never_breaks_the_reader(data: Any) -> None:
    with pytest.raises(CodecError):
        decode(Tree, data)


def test_what_the_class_itself_refuses_is_told_with_its_path() -> None:
    name = OrderName(
        account=1, side=Side.LONG, role=Role.ENTRY, level=2, symbol="SOLUSDT", cycle=10, attempt=1
    )
    data = encode(name) | {"account": 0}
    with pytest.raises(CodecError, match="OrderName: expected a valid OrderName"):
        decode(OrderName, data)


def test_the_projects_own_messages_have_exact_forms() -> None:
    settings = GridSettings(symbol="SOLUSDT", initial_margin=Decimal("5"))
    assert decode(GridSettings, orjson.loads(orjson.dumps(encode(settings)))) == settings
    assert encode(settings)["protective_stop_percent"] is None
    with pytest.raises(CodecError, match="Execution: expected the field"):
        decode(Execution, {})


@dataclass(frozen=True)
class WithFloat:
    rate: float


@dataclass(frozen=True)
class WithTupleKeys:
    cells: dict[tuple[int, int], str]


@pytest.mark.parametrize("cls", [WithFloat, WithTupleKeys])
def test_hints_without_an_exact_form_are_a_programmers_error(cls: type) -> None:
    with pytest.raises(TypeError, match=r"no exact JSON form|JSON form, not"):
        decode(cls, {})


def test_a_form_is_kept_while_its_instance_lives_elsewhere_and_not_longer() -> None:
    held = [Frozen(number=-n) for n in range(1, 400)]
    forms, gone = [encode(one) for one in held], WeakSet[Frozen]()
    for n in range(5_000):
        one = Frozen(number=n)
        gone.add(one)
        encode(one)
    assert all(encode(one) is form for one, form in zip(held, forms, strict=True))
    assert len(gone) < 1_000
