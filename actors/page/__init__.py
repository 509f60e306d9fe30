"""The bot's own page: what it does now, for anyone with a browser; beside it what Prometheus scrapes.

| file            | what it is                                                                     |
|-----------------|--------------------------------------------------------------------------------|
| page.py         | the thread that serves, and the one thing that the watch hands over            |
| shown.py        | that thing: the display's model and the history, immutable                     |
| history.py      | prices, equity and fills of the last minutes and hours, bounded                |
| picture.py      | the model as JSON: pure, money as exact text                                   |
| ladder.py       | a side's levels, filled, resting and still to come                             |
| changes.py      | what differs between two pictures                                              |
| news.py         | numbered changes, kept for a moment: a browser that comes back goes on         |
| streams.py      | ``/events``: server-sent events, few streams, the slow ones never waited for   |
| routes.py       | every address that is served                                                   |
| doors.py        | what every answer carries, and who is let in                                   |
| static_files.py | the files of static/, hand-written but for the chart library in static/vendor/ |

Nothing here goes back into trading. The watch only puts down an immutable picture; this thread looks at the
newest one twice a second, and only while somebody watches. So no browser, however slow, is ever waited for.
"""
