"""The table of retCodes against section 6 of the protocol reference, written down here once more."""

from __future__ import annotations

import pytest

from exchange.bybit.codes import CODES, Verdict, error, explained, outcome, verdict
from exchange.errors import Fatal, OutcomeUnknown, Refused, Retryable
from messages.orders import Outcome

SECTION_6 = {
    Verdict.UNKNOWN: "10000 10016 10019 10429 500000 10014 20006 40004 110072",
    Verdict.RETRYABLE: "10002 10006 20003 10403 10018 110063 110079 110103 110118 110120 110121",
    Verdict.FATAL: "10003 10004 10005 10007 10008 10009 10010 10024 10027 10028 10029 33004 10032 "
    "110024 110028 110029",
    Verdict.REFUSED: "10001 30228 110066 110001 110003 110004 110006 110007 110012 110044 110045 110052 "
    "110005 110008 110010 110009 110011 110040 110017 110020 110021 110022 110023 110042 110061 110064 "
    "110073 110074 110086 110090 110092 110093 110094",
    Verdict.ALREADY: "110025 110043 34040 110026",
}


def test_the_table_holds_every_code_of_section_6_with_its_class() -> None:
    listed = {int(code): kind for kind, codes in SECTION_6.items() for code in codes.split()}
    assert {code: kind for code, (kind, _) in CODES.items()} == listed


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_to_do(code: int) -> None:
    text = explained(code, "their words")
    assert text.startswith(f"Bybit {code} (their words): ")
    assert len(text.partition("): ")[2]) > 10


@pytest.mark.parametrize("code", [0, -5, 1, 170213, 999999])
def test_a_code_that_is_not_listed_proves_nothing(code: int) -> None:
    if code == 0:
        assert outcome(code, "") is Outcome.ACCEPTED
    else:
        assert outcome(code, "") is Outcome.UNKNOWN


def test_a_used_id_is_never_taken_for_a_refusal() -> None:
    assert outcome(110072, "OrderLinkedID is duplicate") is Outcome.UNKNOWN


def test_only_the_wrong_position_mode_makes_10001_fatal() -> None:
    assert verdict(10001, "position idx not match position mode")[0] is Verdict.FATAL
    assert verdict(10001, "The number of contracts exceeds minimum limit allowed")[0] is Verdict.REFUSED


@pytest.mark.parametrize(
    ("code", "of_change", "of_read"),
    [
        (10016, OutcomeUnknown, Retryable),
        (10006, Retryable, Retryable),
        (10004, Fatal, Fatal),
        (110007, Refused, Refused),
        (987654, OutcomeUnknown, Retryable),
    ],
)
def test_a_change_may_be_unknown_but_a_read_is_just_read_again(
    code: int, of_change: type[Exception], of_read: type[Exception]
) -> None:
    assert type(error(code, "", changes=True)) is of_change
    assert type(error(code, "", changes=False)) is of_read


@pytest.mark.parametrize("code", [0, 110025, 110043, 34040, 110026])
def test_what_was_so_already_is_no_error(code: int) -> None:
    assert error(code, "not modified", changes=True) is None
