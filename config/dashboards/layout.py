"""Where panels stand: side by side in the order given, and in stacks, on Grafana's grid of 24 columns."""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.models.dashboard import GridPos

from config.dashboards.views import View

COLUMNS = 24
#: A panel, or several of one width that stand below each other.
Item = View | tuple[View, ...]


def placed(items: tuple[Item, ...], top: int) -> Iterator[tuple[View, GridPos]]:
    """Each panel and its place; a new line begins, below the highest of the last, where one is full.

    Raises ``ValueError`` where a line isn't filled to its end.
    """
    x, bottom = 0, top
    for item in items:
        stack = item if isinstance(item, tuple) else (item,)
        width, y = stack[0].width, top
        for view in stack:
            yield view, GridPos(h=view.height, w=width, x=x, y=y)
            y += view.height
        x, bottom = x + width, max(bottom, y)
        if x > COLUMNS:
            raise ValueError(f"{stack[0].title}: its line has {x} of {COLUMNS} columns")
        if x == COLUMNS:
            x, top = 0, bottom
    if x:
        raise ValueError(f"the last line has {x} of {COLUMNS} columns")
