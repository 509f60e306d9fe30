"""What people and Prometheus see: reports come in, nothing goes back into trading."""

from __future__ import annotations

import logging
from collections.abc import Callable

from actors.display.happenings import happening_of
from actors.display.lines import happening_text, status_lines
from actors.display.model import DisplayModel
from actors.logs.fields import STATUS, about
from actors.logs.happened import about_message
from actors.mail import AskPicture, Check, Finish, Finished, LastPicture, Watched
from actors.metrics_registry import Metrics
from actors.notices.notices import Notices
from actors.page.page import Page
from actors.reports.vitals import Vitals
from actors.shell import Shell, World
from messages.events import Severity

_log = logging.getLogger("sol_trader")
_LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.CRITICAL: logging.CRITICAL,
}
_REFRESH_MS = 250
_STATUS_MS = 10_000


class WatchActor(Shell):
    """Keeps the display's model and the metrics, feeds the page; draws on a terminal, logs what happens."""

    def __init__(
        self,
        world: World,
        model: DisplayModel,
        metrics: Metrics | None,
        draw: Callable[[DisplayModel, int], None] | None,
        notices: Notices | None = None,
        page: Page | None = None,
    ) -> None:
        super().__init__("watch", world)
        self.model = model
        self._vitals = Vitals()
        self._metrics = metrics
        self._draw = draw
        self._notices = notices
        self._page = page

    def on_start(self) -> None:
        """Begin to refresh."""
        self.later(_REFRESH_MS, Check())

    def receive(self, message: object) -> Watched | None:
        """Take a report, or say what all reports have told."""
        if isinstance(message, AskPicture):
            return Watched(model=self.model, vitals=self._vitals)
        if isinstance(message, Check):
            self._refresh()
        elif isinstance(message, Finish):
            if self._draw is not None:
                self._draw(self.model, self.world.clock.now_ms())
            self.send("supervisor", LastPicture(model=self.model))
            self.send("supervisor", Finished(address=self.address))
        else:
            self.model = self.model.apply(message)
            self._vitals = self._vitals.apply(message, self.world.clock.now_ms())
            if self._metrics is not None:
                self._metrics.apply(message)
            if self._page is not None:
                self._page.show(message, self.model)
            happening = happening_of(message)
            if happening is not None:
                level, told = _LEVELS[happening.severity], about_message(message, happening.text)
                _log.log(level, "%s", happening_text(happening), extra=told)
        if self._notices is not None:
            self._notices.hear(message, self.model, self.world.clock.now_ms())
        return None

    def _refresh(self) -> None:
        now_ms = self.world.clock.now_ms()
        if self._draw is not None:
            self._draw(self.model, now_ms)
            self.later(_REFRESH_MS, Check())
            return
        for line in status_lines(self.model):
            _log.info("%s", line, extra=about(kind=STATUS))
        self.later(_STATUS_MS, Check())
