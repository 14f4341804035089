"""Make ``docs/identifiers/``: a page an identifier, from the docstring of its module.

``--check`` changes nothing and fails when a page is stale. The examples are doctests: the tests
run them.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
from pathlib import Path

from medcab.text import translator
from medcab.validators.ids import registry

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "identifiers"


def _body(docstring: str) -> str:
    """Turn an indented doctest block into a fenced one; the rest is Markdown already."""
    out: list[str] = []
    fenced = False
    for line in inspect.cleandoc(docstring).replace("``", "`").splitlines():
        code = line.startswith("    ")
        if code and not fenced:
            out.append("```pycon")
        elif fenced and not code and line:
            out.insert(len(out) - (not out[-1]), "```")
            fenced = False
        out.append(line.removeprefix("    ") if code or fenced else line)
        fenced = fenced or code
    if fenced:
        out.append("```")
    return "\n".join(out)


def _page(kind: str) -> str:
    identifier = registry.get(kind)
    module = importlib.import_module(f"medcab.validators.ids.{kind}")
    title = translator("ru")(identifier.title)
    raises = inspect.getdoc(module.validate) or ""
    codes = raises.partition("InvalidIdentifier:")[2].strip()
    return (
        f"# {kind} — {title}\n\n"
        f"{_body(module.__doc__ or '')}\n\n"
        f"Confidence of the rule: {identifier.confidence}.\n\n"
        f"Error codes: {' '.join(codes.replace('``', '`').split())}\n\n"
        f"On the command line: `medcab id {kind} VALUE…`\n"
    )


def pages() -> dict[Path, str]:
    """Return every page with its path."""
    made = {TARGET / f"{kind}.md": _page(kind) for kind in registry.kinds()}
    rows = [
        f"| [{kind}]({kind}.md) | {translator('ru')(registry.get(kind).title)} "
        f"| {registry.get(kind).confidence} |"
        for kind in registry.kinds()
    ]
    made[TARGET / "index.md"] = "\n".join(
        ["# Identifiers", "", "| kind | что это | confidence |", "|---|---|---|", *rows, ""]
    )
    return made


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for path, text in pages().items():
        if check:
            if not path.is_file() or path.read_text("utf-8") != text:
                stale += 1
                print(f"stale: {path.relative_to(ROOT)}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
