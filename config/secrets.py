"""An account's API key and secret: from environment variables, masked wherever they might show."""

import logging
from collections.abc import Iterable, Mapping
from typing import NoReturn, Self

from config.problems import ConfigError, Problem
from config.schema import Account, Environment

MASK = "***"
_SHORTEST = 8  # below this a value is no key of Bybit's, and masking it would garble logs


class Secrets:
    """One account's key and secret. Only ``api_key`` and ``api_secret`` give them out.

    Text of any kind shows a mask; it can't be pickled, nor changed; a copy is the same object.
    """

    __slots__ = ("_api_key", "_api_secret")
    _api_key: str
    _api_secret: str

    def __init__(self, *, api_key: str, api_secret: str) -> None:
        object.__setattr__(self, "_api_key", api_key)
        object.__setattr__(self, "_api_secret", api_secret)

    @property
    def api_key(self) -> str:
        """The key, for the client that signs."""
        return self._api_key

    @property
    def api_secret(self) -> str:
        """The secret, for the client that signs."""
        return self._api_secret

    def __repr__(self) -> str:
        return f"Secrets(api_key={MASK}, api_secret={MASK})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("Secrets can't be changed; load them anew")

    def __reduce__(self) -> NoReturn:
        raise TypeError("Secrets are never written anywhere; load them from the environment instead")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


def load_secrets(account: Account, environment: Environment, environ: Mapping[str, str]) -> Secrets:
    """The account's keys from ``environ`` (usually ``os.environ``).

    In environment simulated, where both variables are unset, the local venue's public keys. Raises
    ConfigError naming each variable that is missing or unfit, never its value.
    """
    names = (account.api_key_env, account.api_secret_env)
    if environment is Environment.SIMULATED and not any(environ.get(name) for name in names):
        return Secrets(api_key=f"simulated-key-{account.code}", api_secret=f"simulated-secret-{account.code}")
    problems = [
        Problem(place=name, what=f"{fault} (account {account.code} {account.name}, {environment})")
        for name in names
        if (fault := _fault(environ.get(name)))
    ]
    if problems:
        raise ConfigError("environment variables", problems)
    return Secrets(api_key=environ[names[0]], api_secret=environ[names[1]])


def _fault(value: str | None) -> str | None:
    if value is None:
        return "is not set; export it before starting"
    if not value.strip():
        return "is empty; export the key that the exchange gave you"
    if value != value.strip() or not (value.isascii() and value.isprintable()):
        return "holds spaces, line ends or signs that no key has; set it anew"
    if len(value) < _SHORTEST:
        return f"is shorter than {_SHORTEST} characters, which no key is; set it anew"
    return None


class SecretFilter(logging.Filter):
    """Masks the given secrets, and other values, in a record's message, arguments, extras and traceback.

    Add it to handlers, not loggers: a logger's filter misses the records of its children.
    """

    def __init__(self, secrets: Iterable[Secrets], values: Iterable[str] = ()) -> None:
        super().__init__()
        values = {value for one in secrets for value in (one.api_key, one.api_secret)} | set(values)
        self._values = sorted(values, key=len, reverse=True)  # a value inside another goes last

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, masked."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # logging would print the arguments themselves to stderr
            record.msg, record.args = f"{record.msg!r} does not fit its arguments", ()
            message = str(record.msg)
        if self.mask(message) != message:
            record.msg, record.args = self.mask(message), ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            if self.mask(trace) != trace:
                record.exc_text, record.exc_info = self.mask(trace), None
        for name, value in list(vars(record).items()):
            if isinstance(value, str):
                setattr(record, name, self.mask(value))
        return True

    def mask(self, text: str) -> str:
        """``text`` without any of the secrets."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text
