"""What a rendering looks like as plain lines."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType


def lines_of(picture: RenderableType, width: int = 100, height: int = 30) -> list[str]:
    """The lines that a terminal of this width would show, without colours."""
    console = Console(file=StringIO(), width=width, height=height, color_system=None)
    lines = console.render_lines(picture, console.options.update(width=width), pad=False)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def line_with(words: str, lines: list[str]) -> str:
    """The one line that holds ``words``."""
    (line,) = [line for line in lines if words in line]
    return line
