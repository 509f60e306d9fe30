"""Messages say what stands there, what may stand there and what was probably meant."""

import pickle

import pytest

from config import ConfigError, Problem
from config.loader import check_document
from config.problems import place_of
from tests.config.documents import a_document, a_symbol, an_account


def problems_of(document: dict[str, object]) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        check_document(document)
    return {problem.place: problem.what for problem in caught.value.problems}


def test_a_misspelt_setting_gets_the_right_one_suggested() -> None:
    problems = problems_of(a_document(an_account(1, a_symbol(grid_step_precent=1))))
    assert problems == {
        "accounts[0].symbols[0].grid_step_precent": "is unknown here; did you mean grid_step_percent?"
    }


def test_a_misspelt_table_gets_the_right_one_suggested() -> None:
    assert problems_of(a_document() | {"proces": {}}) == {"proces": "is unknown here; did you mean process?"}


def test_a_misspelt_word_gets_the_right_one_suggested() -> None:
    assert problems_of(a_document(environment="Testnet"))["process.environment"].endswith(
        '"mainnet"; did you mean "testnet"?'
    )


def test_a_setting_in_the_wrong_table_is_sent_home() -> None:
    problems = problems_of(a_document(leverage=3))
    assert problems == {"process.leverage": "is unknown here; it belongs to [[accounts.symbols]]"}


def test_an_unknown_setting_lists_the_known_ones() -> None:
    problems = problems_of(a_document(colour="red"))
    assert problems["process.colour"].startswith("is an unknown setting; known here: environment, data_dir,")


def test_a_single_table_where_many_belong_shows_the_header_to_use() -> None:
    problems = problems_of(a_document() | {"accounts": an_account()})
    assert problems == {"accounts": "is a table; allowed: one table or more, each headed [[accounts]]"}


def test_an_account_without_symbols_is_told_what_to_add() -> None:
    problems = problems_of(a_document(an_account(1, symbols=[])))
    assert problems["accounts[0].symbols"].endswith("one table or more, each headed [[accounts.symbols]]")


def test_a_missing_process_table_is_named_by_its_header() -> None:
    document = a_document()
    del document["process"]
    assert problems_of(document)["process"].endswith("give a table, headed [process]")


def test_wrong_items_of_a_list_are_not_also_called_an_empty_list() -> None:
    assert list(problems_of(a_document(an_account(1, a_symbol(leverage=0))))) == [
        "accounts[0].symbols[0].leverage"
    ]


@pytest.mark.parametrize("key", ["api_key_env", "api_secret_env", "api_key", "secret"])
def test_a_pasted_key_never_shows_in_a_message(key: str) -> None:
    pasted = "xK3nQ8vT1mZ5rW9yB2"
    with pytest.raises(ConfigError) as caught:
        check_document(a_document(an_account(1, **{key: pasted})))
    assert pasted not in str(caught.value) + repr(caught.value)
    assert f"accounts[0].{key}: " in str(caught.value)
    assert caught.value.__context__ is None or pasted not in str(caught.value.__context__)


def test_a_long_or_unprintable_value_is_shown_short_and_printable() -> None:
    what = problems_of(a_document(log_level="\x1b[31m" + "x" * 500))["process.log_level"]
    assert what.startswith(r'is "\x1b[31mxxx')
    assert len(what) < 150


def test_a_place_reads_as_a_person_would_write_it() -> None:
    assert place_of(("accounts", 0, "symbols", 1, "leverage")) == "accounts[0].symbols[1].leverage"
    assert place_of(("process", "a b.c")) == "process.'a b.c'"


def test_an_unknown_key_is_shown_short_however_long_it_is() -> None:
    (place,) = problems_of(a_document(**{"x" * 5000: 1}))
    assert place == "process." + "x" * 57 + "..."


def test_the_error_survives_a_trip_between_processes() -> None:
    error = ConfigError("f.toml", [Problem(place="process", what="is missing")])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
