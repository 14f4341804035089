"""Errors that medcab raises on purpose.

.. code-block:: text

    MedcabError                  anything below; ``except MedcabError`` catches all of them
    |-- UsageError               the caller asked for something impossible         (exit 2)
    |   |-- ConfigError          medcab.toml or an environment variable is wrong
    |   |-- ProfileError         unknown or broken profile
    |   `-- PasswordError        a secret could not be had or does not open the file
    |-- InputError               a path, archive, form or manifest cannot be read  (exit 3)
    |   |-- UnsafeArchiveError   traversal names, encrypted members, bombs
    |   |-- FormError            the form is not what its name says
    |   `-- LimitError           a limit on time, memory or structure was reached
    |-- IdentifierError          a value is not a valid identifier (carries code and position)
    |-- SigningError             signing, verifying, keys, certificates
    `-- OutputError              a result could not be written

Each error holds an English *template* (a msgid marked with ``N_``) and its arguments, so that the
command line can say it in the reader's language; ``str(error)`` is the English sentence.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar

from medcab.text import fill

__all__ = [
    "ConfigError",
    "ExitCode",
    "FormError",
    "IdentifierError",
    "InputError",
    "LimitError",
    "MedcabError",
    "OutputError",
    "PasswordError",
    "ProfileError",
    "SigningError",
    "UnsafeArchiveError",
    "UsageError",
]


class ExitCode(IntEnum):
    """Exit codes are part of the public interface; all others are reserved."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INDETERMINATE = 3
    INTERNAL = 70
    INTERRUPTED = 130


class MedcabError(Exception):
    """Base of all errors raised on purpose.

    Args:
        template: English message with ``{name}`` holes, marked with ``N_``.
        hint: what the user can do about it, same form; may be empty.
        **args: values for the holes of both.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(self, template: str, /, *, hint: str = "", **args: Any) -> None:
        super().__init__(template)
        self.template = template
        self.hint = hint
        self.arguments: dict[str, Any] = args

    def __str__(self) -> str:
        return fill(self.template, self.arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders (workers); keyword arguments would be lost otherwise.
        return _rebuild, (type(self), self.template, self.hint, self.arguments, self.__dict__)


def _rebuild(
    cls: type[MedcabError], template: str, hint: str, args: dict[str, Any], state: dict[str, Any]
) -> MedcabError:
    error = cls.__new__(cls)
    Exception.__init__(error, template)
    error.template, error.hint, error.arguments = template, hint, args
    error.__dict__.update(state)
    return error


class UsageError(MedcabError):
    """The caller asked for something that does not exist or does not fit together."""


class ConfigError(UsageError):
    """A configuration file or variable is wrong."""


class ProfileError(UsageError):
    """A profile is unknown or broken."""


class PasswordError(UsageError):
    """A secret could not be had, or does not open what it should open. Never carries the secret."""


class InputError(MedcabError):
    """Something given as input cannot be read."""

    exit_code = ExitCode.INDETERMINATE


class UnsafeArchiveError(InputError):
    """An archive was refused: traversal names, encrypted members, a bomb."""


class FormError(InputError):
    """The form (or manifest) is not what its name says, or is broken."""


class LimitError(InputError):
    """A limit on time, memory, size or structure was reached; arguments name it."""


class IdentifierError(MedcabError, ValueError):
    """A value is not a valid identifier. See :mod:`medcab.validators.ids`."""

    exit_code = ExitCode.FAILED


class SigningError(MedcabError):
    """A key, certificate or signature cannot be used as asked."""


class OutputError(MedcabError):
    """A result could not be written; what was there before is untouched."""
