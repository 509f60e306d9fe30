"""Numbered changes: who was away for a moment goes on, who was away for long begins anew."""

from __future__ import annotations

import orjson

from actors.page.news import KEPT_CHANGES, News
from actors.page.shown import Shown
from tests.display.scenes import start
from tests.page.test_changes import a_note


class Told:
    """News of a model that notes are told to."""

    def __init__(self) -> None:
        self.shown = Shown(model=start())
        self.news = News(lambda: self.shown)

    def note(self, text: str) -> None:
        message = a_note(text)
        self.shown = self.shown.after(message, self.shown.model.apply(message))
        self.news.refresh()

    def events_since(self, known: str) -> tuple[str, list[str]]:
        _, kind, texts = self.news.since(known)
        return kind, [event["text"] for each in texts for event in orjson.loads(each)["events"]]


def test_a_browser_that_knows_nothing_gets_the_state() -> None:
    told = Told()
    told.note("one")
    assert told.events_since("") == ("state", ["one"])


def test_a_browser_that_comes_back_gets_what_it_has_missed_and_no_more() -> None:
    told = Told()
    told.note("one")
    known = told.news.since("")[0]
    told.note("two")
    told.note("three")
    assert told.events_since(known) == ("change", ["two", "three"])
    newest = told.news.since(known)[0]
    assert told.news.since(newest) == (newest, "change", [])


def test_what_is_forgotten_is_told_as_a_state_anew() -> None:
    told = Told()
    known = told.news.since("")[0]
    for number in range(KEPT_CHANGES):
        told.note(str(number))
    assert told.events_since(known)[0] == "change"
    told.note("one more")
    assert told.events_since(known)[0] == "state"


def test_ids_of_another_run_and_ids_that_never_were_get_the_state() -> None:
    told, other = Told(), Told()
    other.shown = Shown(model=start().begin("simulated", 1, []))
    other.news = News(lambda: other.shown)
    other.note("elsewhere")
    told.note("here")
    run = told.news.since("")[0].partition("-")[0]
    for known in (other.news.since("")[0], f"{run}-99", f"{run}-x", f"{run}-٣", "-", f"{run}-{'9' * 4000}"):
        assert told.events_since(known) == ("state", ["here"]), known


def test_silence_makes_no_news() -> None:
    told = Told()
    told.note("one")
    known = told.news.since("")[0]
    told.news.refresh()
    assert told.news.since("")[0] == known
