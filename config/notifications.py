"""Where a person is told of what matters: one channel for each place, its URL in the environment."""

from typing import Annotated

from pydantic import Field

from config.fields import VARIABLE, Choice, Section, Tables, VariableName
from messages.events import Severity

UTC_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Channel(Section):
    """One place and what it is told: topics that are switched on, from a severity on."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="1 to 40 of A-Z a-z 0-9 _ -")
    url_env: VariableName = Field(description=VARIABLE)
    severity: Annotated[Severity, Choice] = Severity.INFO
    stops: bool = True
    guard: bool = True
    restarts: bool = True
    trouble: bool = True
    summary: bool = True


class Notifications(Section):
    """What all channels share; ``enabled`` false sends nothing and reads no variable."""

    enabled: bool = False
    fold_seconds: int = Field(default=60, ge=1, le=3600)
    summary_utc: str = Field(
        default="00:00", pattern=UTC_TIME, description='a time of the day such as "06:30"'
    )
    channels: Annotated[tuple[Channel, ...], Tables] = ()

    @property
    def summary_minute(self) -> int:
        """The minute of the day, in UTC, at which the summary is told."""
        hours, minutes = self.summary_utc.split(":")
        return int(hours) * 60 + int(minutes)
