"""Write the pages of the rules from their docstrings; ``--check`` finds stale, missing, surplus.

``docs/rules/ID.md`` is in Russian, ``docs/rules/en/ID.md`` in English, with a table of all rules
in ``README.md`` beside them. What ``medcab explain`` prints comes from the same docstrings.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medcab.rules import Rule
    from medcab.text import Translator

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "rules"

# The fixed words of the pages; the rest comes from the rules and their catalogues.
WORDS = {
    "en": {
        "rules": "Rules",
        "intro": "Every rule exists once; a [profile](../../profiles.md) sets its level. "
        "The same text at the terminal: `medcab explain ID`.",
        "id": "Rule",
        "name": "Name",
        "level": "Default level",
        "about": "What is wrong",
        "since": "Since",
        "fix": "`medcab fix`",
        "param": "Parameter",
        "default": "Default",
        "message": "Message",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "off": "off",
        "yes": "yes",
        "no": "no",
        "other": "По-русски",
        "What it checks": "What it checks",
        "Why it matters": "Why it matters",
        "How to fix": "How to fix",
        "Source": "Source",
        "scope": "Scope",
        "document": "each document",
        "package": "the package as a whole",
        "generated": "Made by tools/gen_rules.py from the docstring of the rule.",
    },
    "ru": {
        "rules": "Правила",
        "intro": "Каждое правило есть в одном месте; его уровень задаёт [профиль](../profiles.md). "
        "Тот же текст в терминале: `medcab explain ID`.",
        "id": "Правило",
        "name": "Имя",
        "level": "Уровень по умолчанию",
        "about": "Что не так",
        "since": "Начиная с версии",
        "fix": "`medcab fix`",
        "param": "Параметр",
        "default": "По умолчанию",
        "message": "Сообщение",
        "error": "ошибка",
        "warning": "предупреждение",
        "info": "замечание",
        "off": "выключено",
        "yes": "да",
        "no": "нет",
        "other": "In English",
        "What it checks": "Что проверяется",
        "Why it matters": "Почему это важно",
        "How to fix": "Как исправить",
        "Source": "Источник",
        "scope": "Область",
        "document": "каждый документ",
        "package": "пакет в целом",
        "generated": "Сделано tools/gen_rules.py из описания правила в коде.",
    },
}


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def level(rule: Rule, words: dict[str, str]) -> str:
    return words[rule.severity.value] if rule.default_on else words["off"]


def about(rule: Rule, words: dict[str, str]) -> str:
    said = {
        "level": f"**{level(rule, words)}**",
        "scope": words[rule.scope.value],
        "since": rule.since,
        "fix": words["yes" if rule.fixable else "no"],
    }
    return " ".join(f"{words[key]}: {value}." for key, value in said.items())


def page(rule: Rule, tr: Translator) -> str:
    """The page of one rule in the language of ``tr``."""
    words = WORDS[tr.language]
    other = f"../{rule.id}.md" if tr.language == "en" else f"en/{rule.id}.md"
    lines = [
        f"<!-- {words['generated']} -->",
        f"# {rule.id} {rule.name}",
        "",
        tr(rule.title),
        "",
        about(rule, words),
        "",
        f"{words['message']}: {code(tr(rule.message))}",
        "",
    ]
    for heading, text in rule.sections().items():
        # Sources are quoted as they stand: they name standards and sections.
        said = tr(text)
        if heading == "Source":
            up = "../../" if tr.language == "en" else "../"
            said = text.replace(
                "docs/requirements.md", f"[docs/requirements.md]({up}requirements.md)"
            )
        lines += [f"## {words[heading]}", "", said, ""]
    if rule.params:
        lines += [f"| {words['param']} | {words['default']} |", "|---|---|"]
        lines += [f"| `{cell(k)}` | `{cell(v)}` |" for k, v in sorted(rule.params.items())]
        lines.append("")
    lines += [f"[{words['other']}]({other})", ""]
    return "\n".join(lines)


def code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def table(rules: tuple[Rule, ...], tr: Translator) -> str:
    """The table of all rules in the language of ``tr``."""
    words = WORDS[tr.language]
    head = [words[key] for key in ("id", "name", "level", "about", "fix")]
    lines = [
        f"<!-- {words['generated']} -->",
        f"# {words['rules']}",
        "",
        words["intro"],
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
    ]
    for rule in rules:
        row = [
            f"[{rule.id}]({rule.id}.md)",
            rule.name,
            level(rule, words),
            cell(tr(rule.title)),
            words["yes"] if rule.fixable else "",
        ]
        lines.append("| " + " | ".join(row) + " |")
    other = "../README.md" if tr.language == "en" else "en/README.md"
    return "\n".join([*lines, "", f"[{words['other']}]({other})", ""])


def pages() -> dict[Path, str]:
    """All files that should be there."""
    from medcab.rules import all_rules
    from medcab.text import translator

    rules = all_rules()
    made: dict[Path, str] = {}
    for language, folder in (("ru", TARGET), ("en", TARGET / "en")):
        tr = translator(language)
        made[folder / "README.md"] = table(rules, tr)
        for rule in rules:
            made[folder / f"{rule.id}.md"] = page(rule, tr)
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wanted = pages()
    surplus = [path for path in TARGET.rglob("*.md") if path not in wanted]
    if options.check:
        stale = [p for p, t in wanted.items() if not p.exists() or p.read_text("utf-8") != t]
        for path in (*stale, *surplus):
            print(f"{path.relative_to(ROOT)} is stale: run tools/gen_rules.py", file=sys.stderr)
        return 1 if stale or surplus else 0
    for path in surplus:
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    print(f"docs/rules: {len(wanted)} files")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
