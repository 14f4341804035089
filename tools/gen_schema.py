"""Write ``docs/schema/*.json`` from the frozen types; ``--check`` finds stale ones."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "schema"


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of one published type, with the types' docstrings as descriptions."""
    import msgspec

    name = get_args(get_type_hints(kind)["schema"])[0]
    made = msgspec.json.schema(kind)
    definitions = made["$defs"]
    types = {each.__name__: each for each in _structs(kind)}
    for key, definition in definitions.items():
        definition["description"] = " ".join(
            (inspect.getdoc(types[key]) or "").replace("``", "").split()
        )
    top = definitions.pop(kind.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://medcab.readthedocs.io/schema/{file_name(name)}",
        **top,
        "title": name,
        "$defs": dict(sorted(definitions.items())),
    }


def _structs(kind: Any) -> set[Any]:
    """``kind`` and every type of a structure inside it."""
    import msgspec

    found: set[Any] = set()

    def visit(described: msgspec.inspect.Type) -> None:
        if isinstance(described, msgspec.inspect.StructType):
            if described.cls in found:
                return
            found.add(described.cls)
            for field in described.fields:
                visit(field.type)
        elif isinstance(described, msgspec.inspect.UnionType):
            for each in described.types:
                visit(each)
        elif isinstance(described, msgspec.inspect.CollectionType):
            visit(described.item_type)
        elif isinstance(described, msgspec.inspect.DictType):
            visit(described.value_type)

    visit(msgspec.inspect.type_info(kind))
    return found


def file_name(name: str) -> str:
    """``medcab.report/1`` -> ``medcab.report-1.json``."""
    return name.replace("/", "-") + ".json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    from medcab import schemas
    from medcab.formats.json_types import ReportJson

    stale = []
    TARGET.mkdir(parents=True, exist_ok=True)
    for kind in (ReportJson, *schemas.PUBLISHED):
        made = schema(kind)
        path = TARGET / file_name(made["title"])
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        if options.check:
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(path.relative_to(ROOT))
        else:
            path.write_text(text, "utf-8", newline="\n")
            print(path.relative_to(ROOT))
    for path in stale:
        print(f"{path} is stale: run tools/gen_schema.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
