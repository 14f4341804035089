"""Configuration: ``medcab.toml`` or ``[tool.medcab]`` in ``pyproject.toml``.

Order: command line > ``MEDCAB_*`` variables > file > default. Keys of the file are the long names
of options with ``_`` for ``-``; those of one command stand in a table of its name::

    profile = "egisz-organization"
    [check]
    jobs = 2
    [ignore]
    SCN001 = ["*_Устав.pdf"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from medcab.commands._console import state
from medcab.errors import ConfigError
from medcab.text import N_

__all__ = ["Settings", "load"]

# Keys that may stand at the top and hold for every command that has such an option.
SHARED: Final = frozenset(
    {"profile", "overlay", "jobs", "format", "fail_on", "trust", "tsa", "journal", "revocation"}
)
TABLES: Final = frozenset({"ignore"})
# The same name means something else in other commands: their formats differ, and --journal of
# verify is a file to resume from.
_ONLY: Final = {"format": frozenset({"check"}), "journal": frozenset({"check"})}
# Options whose parameter cannot have their name, since Python uses it for something else.
_PARAMETERS: Final = {"format": "output_format", "type": "types"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration file says, and which file that is."""

    path: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def default_map(self) -> dict[str, Any]:
        """Return defaults in the shape that Typer takes: command name -> option -> value."""
        from medcab.commands._table import COMMANDS

        # ``profile`` is an option and a command: a table of that name belongs to the command.
        shared = {k: v for k, v in self.values.items() if k in SHARED and not isinstance(v, dict)}
        tables = {k: v for k, v in self.values.items() if isinstance(v, dict)}
        made = {}
        for name in COMMANDS:
            common = {k: v for k, v in shared.items() if name in _ONLY.get(k, COMMANDS)}
            values = {**common, **tables.get(name, {})}
            made[name] = {_PARAMETERS.get(k, k): v for k, v in values.items()}
        return made

    @property
    def ignore(self) -> Mapping[str, list[str]]:
        """Rule -> patterns of paths in which its findings are set aside (and kept visible)."""
        ignored = self.values.get("ignore", {})
        return {k: [v] if isinstance(v, str) else list(v) for k, v in ignored.items()}


def load() -> Settings:
    """Read the configuration that applies here, unless ``--isolated``.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has an unknown key.
    """
    if state().isolated:
        return Settings()
    named = state().config
    if named is not None:
        path = Path(named)
        if not path.is_file():
            raise ConfigError(N_("There is no configuration file {path}."), path=named)
        return _read(path)
    for folder in (Path.cwd(), *Path.cwd().parents):
        own = folder / "medcab.toml"
        # A package manifest may be called medcab.toml too: it says so by [documents].
        if own.is_file() and not _is_manifest(own):
            return _read(own)
        project = folder / "pyproject.toml"
        if project.is_file():
            found = _parse(project).get("tool", {}).get("medcab")
            return _checked(project, found) if found is not None else Settings()
    return Settings()


def _is_manifest(path: Path) -> bool:
    try:
        parsed = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return False
    return "documents" in parsed or "files" in parsed


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            N_("{path} cannot be read: {reason}."), path=str(path), reason=str(error)
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            N_("{path} is not valid TOML: {reason}."), path=str(path), reason=str(error)
        ) from error


def _read(path: Path) -> Settings:
    return _checked(path, _parse(path))


def _checked(path: Path, values: dict[str, Any]) -> Settings:
    from medcab.commands._table import COMMANDS

    for key, value in values.items():
        table = key in COMMANDS or key in TABLES
        if not table and key not in SHARED:
            raise ConfigError(
                N_("{path}: unknown setting {key}."),
                hint=N_("Settings and their values: medcab config show"),
                path=str(path),
                key=key,
            )
        if table and key not in SHARED and not isinstance(value, dict):
            raise ConfigError(
                N_("{path}: {key} must be a table, as in [{key}]."), path=str(path), key=key
            )
    return Settings(str(path), values)
