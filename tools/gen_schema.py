"""Write ``docs/schema/medcab.report-1.json`` from the frozen types; ``--check`` finds it stale."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "schema" / "medcab.report-1.json"


def schema() -> dict[str, Any]:
    import msgspec

    from medcab.formats import json_types

    def described(kind: Any) -> str | None:
        return inspect.getdoc(kind)

    made = msgspec.json.schema(json_types.ReportJson)
    definitions = made["$defs"]
    for name, definition in definitions.items():
        text = described(getattr(json_types, name))
        if text:
            definition["description"] = " ".join(text.replace("``", "").split())
    top = definitions.pop("ReportJson")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://medcab.readthedocs.io/schema/medcab.report-1.json",
        **top,
        "title": json_types.SCHEMA,
        "$defs": dict(sorted(definitions.items())),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    name = TARGET.relative_to(ROOT)
    if options.check:
        if not TARGET.exists() or TARGET.read_text("utf-8") != text:
            print(f"{name} is stale: run tools/gen_schema.py", file=sys.stderr)
            return 1
        return 0
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, "utf-8", newline="\n")
    print(name)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
