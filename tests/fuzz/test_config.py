"""The config file, spoilt: it is a Config, or one error of which each line says what is wrong where."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config, ConfigError, load_config
from config.loader import check_document
from tests.config.documents import EXAMPLE, the_example
from tests.fuzz.spoiling import Choose, choosing, spoil, spoil_bytes

RAW = EXAMPLE.read_bytes()


def outcome_of(raw: bytes) -> Config | ConfigError:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(raw)
        try:
            return load_config(path)
        except ConfigError as error:
            return error


def is_told_well(error: ConfigError) -> None:
    """Every problem has words of its own, prints, and is short enough to read."""
    assert error.problems
    for problem in error.problems:
        assert problem.what
        assert str(problem).isprintable()
        assert len(problem.what) < 400, problem


@settings(deadline=None, max_examples=100)
@given(choosing())
def test_a_file_whose_bytes_are_spoilt_is_read_or_refused(choose: Choose) -> None:
    found = outcome_of(spoil_bytes(RAW, choose))
    if isinstance(found, ConfigError):
        is_told_well(found)


@settings(deadline=None, max_examples=300)
@given(choosing(), st.integers(1, 4))
def test_a_document_with_something_wrong_in_it_is_a_config_or_an_error(choose: Choose, times: int) -> None:
    document = spoil(the_example(), choose, times=times)
    if not isinstance(document, dict):
        return
    try:
        check_document(document)
    except ConfigError as error:
        is_told_well(error)


@settings(deadline=None, max_examples=100)
@given(choosing())
def test_a_pasted_secret_is_never_repeated(choose: Choose) -> None:
    document = the_example()
    account = choose(document["accounts"])
    account[choose(("api_key_env", "api_secret_env", "api_secret", "key"))] = "Zs3cretThatNobodyKnows9"
    with pytest.raises(ConfigError) as refused:
        check_document(document)
    assert "Zs3cretThatNobodyKnows9" not in str(refused.value)
