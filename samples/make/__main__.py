"""Draw and write all samples: ``python -m samples.make [--out FOLDER] [PACKAGE …]``."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from samples.make import writers
from samples.make.defects import BROKEN, broken
from samples.make.packages import GOOD
from samples.make.registry import expected


def write(name: str, out: Path) -> int:
    """Write package ``name`` and its list of expected findings under ``out``; return its size."""
    draft = GOOD[name]() if name in GOOD else broken(name)
    contents = draft.contents()
    if draft.archive:
        data = writers.archive(contents)
        (out / f"{name}.zip").write_bytes(data)
        size = len(data)
    else:
        folder = out / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for file, data in contents.items():
            (folder / file).write_bytes(data)
        size = sum(len(data) for data in contents.values())
    listed = {
        "package": f"{name}.zip" if draft.archive else name,
        "profile": draft.profile,
        "verdict": draft.verdict,
        "findings": expected(name),
    }
    target = out / "expected" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    text = json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    target.write_text(text, encoding="utf-8", newline="\n")
    return size


def main() -> None:
    """Write the packages asked for, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    asked = parser.parse_args()
    for name in asked.packages or [*GOOD, *BROKEN]:
        print(f"{name}: {write(name, asked.out) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
