"""Money is exact: no binary float is written, made or declared where money is decided or carried."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import dotted, python_files, tree_of

INSTEAD = 'use Decimal("0.1") for money and ratios, int milliseconds for time'


def floats_in(tree: ast.AST, path: Path) -> Iterator[str]:
    """Every float literal, ``float(...)`` call and declaration as float."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{path}:{node.lineno} has the float {node.value}: {INSTEAD}"
        elif isinstance(node, ast.Call) and dotted(node.func) in {"float", "Decimal.from_float"}:
            yield f"{path}:{node.lineno} calls {dotted(node.func)}(): {INSTEAD}"
        for declared in declarations(node):
            names = {inner.id for inner in ast.walk(declared) if isinstance(inner, ast.Name)}
            if "float" in names:
                yield f"{path}:{declared.lineno} declares a float: {INSTEAD}"


def declarations(node: ast.AST) -> list[ast.expr]:
    """The annotations that hang directly on a node."""
    found = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    return [annotation for annotation in found if isinstance(annotation, ast.expr)]


def test_messages_state_and_config_hold_no_binary_float() -> None:
    files = python_files("messages", "state", "config")
    found = [bad for path in files for bad in floats_in(tree_of(path), path)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    ["x = 0.1", "x = 1e3", "x = float('1')", "x: float", "def f(x: list[float]) -> None: ...", "x = 1j"],
)
def test_a_float_in_the_core_is_caught(source: str) -> None:
    assert list(floats_in(ast.parse(source), Path("state/grid.py")))


@pytest.mark.parametrize(
    "source",
    ["x = Decimal('0.1')  # not 0.1", "'''costs 0.1'''", "assert not isinstance(x, float)", "x = 1_000"],
)
def test_exact_money_and_refusals_of_floats_are_let_pass(source: str) -> None:
    assert not list(floats_in(ast.parse(source), Path("state/grid.py")))
