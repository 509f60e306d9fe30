"""Settings: read from a TOML file, checked whole, handed on frozen.

``load_config(path)`` reads a file, ``parse_config(text)`` a text; both return a
:class:`~config.schema.Config` or raise one :class:`~config.problems.ConfigError` with every problem.
``load_secrets(account, environment, environ)`` takes an account's keys from the environment.
``config/example.toml`` names every setting.
"""

from config.loader import load_config, parse_config
from config.problems import ConfigError, Problem, render_problems
from config.schema import Account, Config, Environment, LogLevel, Metrics, Process, SymbolSettings
from config.secrets import SecretFilter, Secrets, load_secrets

__all__ = [
    "Account",
    "Config",
    "ConfigError",
    "Environment",
    "LogLevel",
    "Metrics",
    "Problem",
    "Process",
    "SecretFilter",
    "Secrets",
    "SymbolSettings",
    "load_config",
    "load_secrets",
    "parse_config",
    "render_problems",
]
