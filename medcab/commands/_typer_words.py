"""Typer's own words in the reader's language.

Typer has its texts («Usage», «Show this message and exit.», «Missing argument») in English only;
here they are changed on the finished commands, through what every Click command offers.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.commands._console import state, tr
from medcab.text import N_

__all__ = ["in_our_words", "wrong_usage"]

_METAVARS: Final = {
    "ARGS": "АРГУМЕНТЫ", "CODE": "КОД", "COLUMN": "СТОЛБЕЦ", "COMMAND": "КОМАНДА",
    "DEGREES": "ГРАДУСЫ", "DIR": "ПАПКА",
    "FIELD": "ПОЛЕ", "FILE": "ФАЙЛ", "FILES": "ФАЙЛЫ", "FOLDER": "ПАПКА", "FORMAT": "ФОРМАТ",
    "JOURNAL": "ЖУРНАЛ", "KEY": "КЛЮЧ", "KIND": "ВИД",
    "LIBRARY": "БИБЛИОТЕКА", "NAME": "ИМЯ", "NEW": "НОВЫЙ",
    "OLD": "ПРЕЖНИЙ", "OPTIONS": "ПАРАМЕТРЫ", "PATH": "ПУТЬ", "PATHS": "ПУТИ",
    "PROFILE": "ПРОФИЛЬ", "RULE": "ПРАВИЛО", "TYPE": "ТИП", "VALUE": "ЗНАЧЕНИЕ", "WORDS": "СЛОВА",
    "DD": "ДД", "MM": "ММ", "YYYY": "ГГГГ",
}  # fmt: skip

# Arguments without a name for people, and the kinds of values, which Typer names as Python does.
_ARGUMENTS: Final = {"paths": "PATH"}
_KINDS: Final = {
    "str": N_("TEXT"), "int": N_("NUMBER"), "float": N_("NUMBER"), "bool": "", "path": N_("PATH"),
}  # fmt: skip

# What Typer says of values, as it says it.
_VALUES: Final = (
    (r"Input should be a valid number.*", N_("a number is needed")),
    (r"Input should be a valid integer.*", N_("a whole number is needed")),
    (r"Input should be a valid boolean.*", N_("yes or no is needed")),
    (
        r"Input should be greater than or equal to (?P<limit>\S+)",
        N_("it must not be less than {limit}"),
    ),
    (r"Input should be less than or equal to (?P<limit>\S+)", N_("it must not exceed {limit}")),
    (r"Input should be greater than (?P<limit>\S+)", N_("it must be more than {limit}")),
    (
        r"(?:Value error, )?'?(?P<found>.*?)'? is not one of (?P<known>.+?)\.?",
        N_("“{found}” is none of: {known}"),
    ),
    (r"(?:Path|File|Directory) (?P<found>'.*') does not exist\.", N_("there is no {found}")),
)

_SENTENCES: Final = (
    (r"Option '(?P<name>[^']*)' requires an argument\.", N_("The option {name} needs a value.")),
    (r"Option '(?P<name>[^']*)' does not take a value\.", N_("The option {name} takes no value.")),
    (
        r"Option '(?P<name>[^']*)' requires [0-9]+ arguments\.",
        N_("The option {name} needs a value."),
    ),
    (
        r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)",
        N_("This is too much: {name}."),
    ),
    (r"No such command '(?P<name>.*)'\.", N_("There is no command {name}.")),
)


def in_our_words(command: Any) -> Any:
    """Change what ``command`` and its subcommands say of themselves; return it."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            named = parameter.metavar or _ARGUMENTS.get(parameter.name, parameter.name.upper())
            # Typer itself puts brackets and dots around it.
            parameter.metavar = named.removesuffix("...").removeprefix("[").removesuffix("]")
    if state().language == "en":
        for inner in getattr(command, "commands", {}).values():
            in_our_words(inner)
        return command
    translate = tr()
    if command.options_metavar:
        command.options_metavar = _metavar(command.options_metavar)
    if getattr(command, "subcommand_metavar", None):
        command.subcommand_metavar = _metavar(command.subcommand_metavar)
    usage, help_option = command.get_usage, command.get_help_option

    def get_usage(ctx: Any) -> str:
        said: str = usage(ctx)
        return said.replace("Usage: ", translate("Usage: "), 1)

    def get_help_option(ctx: Any) -> Any:
        option = help_option(ctx)
        if option is not None:
            option.help = translate("Show this message and exit.")
            _name_kind(option)
        return option

    command.get_usage, command.get_help_option = get_usage, get_help_option
    for parameter in command.params:
        if getattr(parameter, "metavar", None):
            parameter.metavar = _metavar(parameter.metavar)
        if getattr(parameter, "help", None):
            parameter.help = translate(parameter.help)
        _name_kind(parameter)
    for inner in getattr(command, "commands", {}).values():
        in_our_words(inner)
    return command


def _name_kind(parameter: Any) -> None:
    """Name the kind of a value in the list of options in words; arguments have a name already."""
    shown = getattr(parameter, "display_type_rich", None)
    if shown is None:
        return

    def named(ctx: Any) -> str | None:
        kind: str | None = shown(ctx=ctx)
        found = re.fullmatch(r"<(?:list\[)?(\w+)(?: range)?\]?>(?:\.\.\.)?", kind or "")
        if found is None or found[1] not in _KINDS:
            return kind
        word = _KINDS[found[1]]
        return tr()(word) if word and parameter.param_type_name != "argument" else ""

    parameter.display_type_rich = named


def _metavar(text: str) -> str:
    return re.sub(r"[A-Z]+", lambda found: _METAVARS.get(found[0], found[0]), text)


def wrong_usage(error: Any) -> str:
    """What is wrong with a command line, in the reader's language."""
    said: str = error.format_message()
    if state().language == "en":
        return said
    translate = tr()
    kind = type(error).__name__
    if kind == "MissingParameter" and error.param is not None:
        return translate(N_("What is missing: {name}."), name=_hint(error))
    if kind == "NoSuchOption":
        text = translate(N_("There is no option {name}."), name=error.option_name)
        if error.possibilities:
            near = ", ".join(sorted(error.possibilities))
            text += " " + translate(N_("Did you mean {near}?"), near=near)
        return text
    if kind == "BadParameter":
        why = _value(error.message)
        if error.param is None and error.param_hint is None:
            return translate(N_("Wrong value: {why}."), why=why)
        return translate(N_("Wrong value of {name}: {why}."), name=_hint(error), why=why)
    for pattern, template in _SENTENCES:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found is not None:
            return translate(template, **found.groupdict())
    return said


def _hint(error: Any) -> str:
    hint = error.param_hint if error.param_hint is not None else error.param.get_error_hint()
    return _bare(hint if isinstance(hint, str) else " / ".join(hint))


def _bare(name: str) -> str:
    """The name without the quotes and the environment variable that Typer adds."""
    return re.sub(r" \(env var: '[^']*'\)", "", name).replace("'", "")


def _value(why: str) -> str:
    translate = tr()
    for pattern, template in _VALUES:
        found = re.fullmatch(pattern, why, re.DOTALL)
        if found is not None:
            parts = found.groupdict()
            if "limit" in parts:
                parts["limit"] = parts["limit"].replace(".", ",")
            return translate(template, **parts)
    return why.rstrip(".")
