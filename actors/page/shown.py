"""What the watch hands over: one immutable value, so that the newest is always whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from actors.display.model import DisplayModel
from actors.page.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything that the page can show."""

    model: DisplayModel
    history: History = field(default_factory=History)

    def after(self, message: object, model: DisplayModel) -> Shown:
        """With ``message``, after which the display's model is ``model``."""
        return Shown(model=model, history=self.history.after(message, model))
