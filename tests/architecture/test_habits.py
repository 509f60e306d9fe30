"""What makes the tree a pleasure to read: short files, documented names, tests that are sentences."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOMS, ROOT, python_files, tree_of

LONGEST_FILE = 400
FEWEST_WORDS = 4

Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def overlong(path: Path, lines: int) -> list[str]:
    if lines <= LONGEST_FILE:
        return []
    return [f"{path} has {lines} lines, over {LONGEST_FILE}: split it by idea, one concept a file"]


def undocumented(tree: ast.Module, path: Path) -> Iterator[str]:
    """Public modules, and the public classes and functions at their top, without a docstring."""
    if not path.name.startswith("_"):
        if tree.body and not ast.get_docstring(tree):
            yield f"{path}:1 has no docstring: say in a sentence what the module is for"
        for node in tree.body:
            if not isinstance(node, Named) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                yield f"{path}:{node.lineno} {node.name} has no docstring: say what it gives, units, errors"


def short_test_names(tree: ast.Module, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            words = [word for word in node.name.split("_")[1:] if word]
            if len(words) < FEWEST_WORDS:
                yield f"{path}:{node.lineno} {node.name} is no sentence: e.g. test_late_fill_counts_once"


def test_no_python_file_is_overlong() -> None:
    sizes = {path: len((ROOT / path).read_text().splitlines()) for path in python_files()}
    found = [bad for path, lines in sizes.items() for bad in overlong(path, lines)]
    assert not found, "\n" + "\n".join(found)


def test_every_public_module_class_and_function_is_documented() -> None:
    files = [*python_files(*ROOMS), *(p for p in python_files() if p.as_posix() == "main.py")]
    found = [bad for path in files for bad in undocumented(tree_of(path), path)]
    assert not found, "\n" + "\n".join(found)


def test_every_test_is_named_by_a_sentence() -> None:
    found = [bad for path in python_files("tests") for bad in short_test_names(tree_of(path), path)]
    assert not found, "\n" + "\n".join(found)


def test_a_file_of_401_lines_is_caught() -> None:
    assert overlong(Path("a.py"), 401)
    assert not overlong(Path("a.py"), 400)


@pytest.mark.parametrize("source", ["x = 1", "'''Says.'''\ndef f(): ...", "'''Says.'''\nclass A: ..."])
def test_a_public_name_without_docstring_is_caught(source: str) -> None:
    assert list(undocumented(ast.parse(source), Path("state/grid.py")))


@pytest.mark.parametrize(
    "source", ["", "'''Says.'''\ndef _f(): ...", "'''Says.'''\nclass A:\n    '''Says.'''"]
)
def test_documented_and_private_names_are_let_pass(source: str) -> None:
    assert not list(undocumented(ast.parse(source), Path("state/grid.py")))


def test_a_test_name_of_three_words_is_caught() -> None:
    assert list(short_test_names(ast.parse("def test_" + "the_fill(): ..."), Path("tests/test_a.py")))
    assert not list(
        short_test_names(ast.parse("def test_a_fill_counts_once(): ..."), Path("tests/test_a.py"))
    )
