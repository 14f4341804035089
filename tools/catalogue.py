"""Merge ``medcab/locale/ru/*.po`` into ``medcab.mo``; ``--check`` finds what is missing or stale.

The sources are small .po files, one an area, each with one writer; the compiled catalogue is
committed so that an installed medcab needs no build step.
"""

from __future__ import annotations

import argparse
import ast
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "medcab" / "locale" / "ru"
TARGET = LOCALE / "LC_MESSAGES" / "medcab.mo"
HEADER = (
    "Content-Type: text/plain; charset=UTF-8\nLanguage: ru\nPlural-Forms: nplurals=3; "
    "plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
)
MARKERS = {"N_", "_h"}


class PoError(ValueError):
    """A .po file is malformed."""


def parse_po(path: Path) -> Iterator[tuple[str, str | None, list[str], int]]:
    """Yield (msgid, msgid_plural, [msgstr…], line) of ``path``; the header is skipped."""
    entry: dict[str, str] = {}
    key = ""
    start = 0

    def flush() -> Iterator[tuple[str, str | None, list[str], int]]:
        if entry.get("msgid"):
            strings = [entry[k] for k in sorted(entry) if k.startswith("msgstr")]
            yield entry["msgid"], entry.get("msgid_plural"), strings, start

    for number, raw in enumerate(path.read_text("utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if line.startswith('"'):
            rest = line
        elif word == "msgid":
            yield from flush()
            entry, start, key = {"msgid": ""}, number, "msgid"
        elif word == "msgid_plural" or word.startswith("msgstr"):
            key = word
            entry[key] = ""
        else:
            raise PoError(f"{path}:{number}: {line}")
        try:
            entry[key] += ast.literal_eval(rest.strip())
        except (ValueError, SyntaxError, KeyError) as error:
            raise PoError(f"{path}:{number}: {line}") from error
    yield from flush()


def read_all() -> tuple[dict[str, tuple[str | None, list[str]]], list[str]]:
    """Return the merged catalogue and the complaints about it."""
    merged: dict[str, tuple[str | None, list[str]]] = {}
    complaints = []
    for path in sorted(LOCALE.glob("*.po")):
        for msgid, plural, strings, line in parse_po(path):
            place = f"{path.name}:{line}"
            if not all(s.strip() for s in strings) or len(strings) != (3 if plural else 1):
                complaints.append(f"{place}: empty or incomplete translation of {msgid[:60]!r}")
                continue
            known = merged.get(msgid)
            if known is not None and known[1] != strings:
                complaints.append(f"{place}: another translation exists of {msgid[:60]!r}")
            holes = set(_holes(msgid)) | set(_holes(plural or ""))
            for string in strings:
                strange = set(_holes(string)) - holes
                if strange:
                    complaints.append(f"{place}: unknown hole {', '.join(sorted(strange))}")
            merged[msgid] = (plural, strings)
    return merged, complaints


def _holes(text: str) -> Iterator[str]:
    import string

    try:
        for _, name, _, _ in string.Formatter().parse(text):
            if name is not None:
                yield name
    except ValueError:
        yield f"<broken braces in {text[:40]!r}>"


def compile_mo(catalogue: dict[str, tuple[str | None, list[str]]]) -> bytes:
    """Return the GNU .mo file of ``catalogue`` (msgids sorted, as the format asks)."""
    pairs = {b"": HEADER.encode()}
    for msgid, (plural, strings) in catalogue.items():
        joined = msgid if plural is None else f"{msgid}\0{plural}"
        pairs[joined.encode()] = "\0".join(strings).encode()
    ids = sorted(pairs)
    offset = 7 * 4 + 16 * len(ids)
    id_table, string_table, blob = [], [], b""
    for key in ids:
        id_table.append((len(key), offset + len(blob)))
        blob += key + b"\0"
    for key in ids:
        string_table.append((len(pairs[key]), offset + len(blob)))
        blob += pairs[key] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(ids), 28, 28 + 8 * len(ids), 0, offset)
    return head + b"".join(struct.pack("<2I", *row) for row in id_table + string_table) + blob


def marked_strings() -> Iterator[tuple[str, str]]:
    """Yield (msgid, place) of every string marked for translation, rule texts included."""
    for path in sorted((ROOT / "medcab").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"), str(path))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if isinstance(node.func, ast.Attribute):
                name = node.func.attr
            if name in MARKERS or name == "plural":
                for argument in node.args[: 2 if name == "plural" else 1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.relative_to(ROOT)}:{node.lineno}"
    from medcab.rules import all_rules

    for found in all_rules():
        for text in (found.title, found.message, found.plural or ""):
            yield text, found.id
        for heading, text in found.sections().items():
            if heading != "Source":
                yield text, f"{found.id} {heading}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    catalogue, complaints = read_all()
    plurals = {plural for plural, _ in catalogue.values() if plural}
    compiled = compile_mo(catalogue)
    if not options.check:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_bytes(compiled)
        print(f"{TARGET.relative_to(ROOT)}: {len(catalogue)} messages")
    else:
        if not TARGET.exists() or TARGET.read_bytes() != compiled:
            complaints.append(f"{TARGET.relative_to(ROOT)} is stale: run make catalogue")
        seen: set[str] = set()
        for text, place in marked_strings():
            if text and text not in catalogue and text not in plurals and text not in seen:
                seen.add(text)
                complaints.append(f"{place}: no Russian for {text[:100]!r}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints and options.check else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
