"""The project's own files, and what its modules import and call."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("messages", "state", "exchange", "actors", "config", "backtest")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [Path(name) for name in sorted(listed.split("\0")) if name]
    return tuple(path for path in paths if (ROOT / path).is_file())  # not those deleted, yet not committed


def python_files(*folders: str) -> list[Path]:
    """The Python files below ``folders``; of the whole project if none is named."""
    files = [path for path in project_files() if path.suffix == ".py"]
    prefixes = tuple(f"{folder}/" for folder in folders)
    return [path for path in files if not folders or path.as_posix().startswith(prefixes)]


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imports_in(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of all that is imported, wherever it stands; relative names resolved."""
    package = path.parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of ``packages`` or lies below one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def dotted(node: ast.AST) -> str:
    """``datetime.now`` for the expression that says so; empty for what is no dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
