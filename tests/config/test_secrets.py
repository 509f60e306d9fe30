"""Keys come from the environment and show nowhere else."""

import copy
import dataclasses
import io
import logging
import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import Account, ConfigError, Environment, SecretFilter, Secrets, load_secrets
from tests.config.documents import an_account

ACCOUNT = Account.model_validate(an_account(7))
KEY, SECRET = "xK3nQ8vT1mZ5rW9yB2", "c0ffee-c0ffee-c0ffee"
BOTH = {"KEY_7": KEY, "SECRET_7": SECRET}
SECRETS = Secrets(api_key=KEY, api_secret=SECRET)
keys = st.text(string.ascii_letters + string.digits, min_size=8)


@dataclasses.dataclass
class Holder:
    secrets: Secrets


def test_set_variables_are_taken_in_every_environment() -> None:
    for environment in Environment:
        secrets = load_secrets(ACCOUNT, environment, BOTH)
        assert (secrets.api_key, secrets.api_secret) == (KEY, SECRET)


def test_the_simulated_environment_falls_back_to_public_keys() -> None:
    secrets = load_secrets(ACCOUNT, Environment.SIMULATED, {"KEY_7": ""})
    assert (secrets.api_key, secrets.api_secret) == ("simulated-key-007", "simulated-secret-007")


@pytest.mark.parametrize("environment", [e for e in Environment if e is not Environment.SIMULATED])
def test_unset_variables_are_both_named_elsewhere(environment: Environment) -> None:
    with pytest.raises(ConfigError) as caught:
        load_secrets(ACCOUNT, environment, {})
    assert [problem.place for problem in caught.value.problems] == ["KEY_7", "SECRET_7"]


def test_one_variable_without_the_other_is_an_error_even_when_simulated() -> None:
    with pytest.raises(ConfigError, match="SECRET_7: is not set"):
        load_secrets(ACCOUNT, Environment.SIMULATED, {"KEY_7": KEY})


UNFIT = ["", "  ", f"{KEY}\n", f" {KEY}", "schlüssel-lang", "tiny123", "nul\0nul\0nul"]


@pytest.mark.parametrize("value", UNFIT)
def test_unfit_values_are_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_secrets(ACCOUNT, Environment.MAINNET, BOTH | {"KEY_7": value})
    (problem,) = caught.value.problems
    assert problem.place == "KEY_7"
    assert not value.strip() or value.strip() not in str(caught.value)


@given(key=keys, secret=keys)
def test_no_text_made_of_secrets_holds_them(key: str, secret: str) -> None:
    secrets = Secrets(api_key=f"<{key}>", api_secret=f"<{secret}>")
    texts = [repr(secrets), str(secrets), f"{secrets}", f"{secrets!r:>50}", f"{Holder(secrets)}"]
    texts.append(str(dataclasses.asdict(Holder(secrets))))
    assert all(f"<{key}>" not in text and f"<{secret}>" not in text for text in texts)


def test_secrets_refuse_to_be_pickled() -> None:
    with pytest.raises(TypeError, match="never written anywhere"):
        pickle.dumps(SECRETS)


def test_secrets_can_not_be_changed_and_copies_are_the_same_object() -> None:
    with pytest.raises(AttributeError):
        SECRETS.api_key = "other"  # type: ignore[misc]  # what the test is about
    assert copy.copy(SECRETS) is SECRETS
    assert copy.deepcopy(SECRETS) is SECRETS
    assert not hasattr(SECRETS, "__dict__")


def logged(emit: str, *args: object, error: BaseException | None = None) -> str:
    """What a handler with the filter writes for one record."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(who)s"))
    handler.addFilter(SecretFilter([SECRETS]))
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("n", logging.INFO, "f", 1, emit, args, exc_info)
    record.who = f"by {KEY}"
    handler.handle(record)
    return stream.getvalue()


def test_the_filter_masks_messages_arguments_and_extras() -> None:
    assert logged(f"key {KEY}") == "key *** by ***\n"
    assert logged("dict %s", {"sign": SECRET}) == "dict {'sign': '***'} by ***\n"


def test_the_filter_masks_tracebacks() -> None:
    try:
        raise ValueError(f"bad signature of {SECRET}")
    except ValueError as error:
        text = logged("failed", error=error)
    assert "ValueError: bad signature of ***" in text
    assert SECRET not in text


def test_the_filter_leaves_other_records_as_they_are() -> None:
    assert logged("%s of %d", "one", 2) == "one of 2 by ***\n"


def test_arguments_that_do_not_fit_are_dropped_not_shown() -> None:
    text = logged("%d", SECRET)
    assert "does not fit" in text
    assert SECRET not in text
