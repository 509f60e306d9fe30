"""``python -m config.dashboards`` writes the dashboards' files, and takes away those of none."""

from __future__ import annotations

import sys
from pathlib import Path

from config.dashboards import built

FOLDER = Path(__file__).parents[1] / "monitoring" / "grafana" / "dashboards"


def write(folder: Path) -> list[str]:
    """Write every dashboard into ``folder``; gives the names of those that changed or went."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = built()
    changed = []
    for path in sorted(folder.glob("*.json")):
        if path.name not in texts:
            path.unlink()
            changed.append(path.name)
    for name, text in texts.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed


if __name__ == "__main__":
    names = write(FOLDER)
    sys.stdout.write(f"written: {', '.join(names)}\n" if names else "every dashboard is as declared\n")
