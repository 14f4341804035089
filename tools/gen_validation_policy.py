"""Write docs/validation-policy.toml: the default validation policy with every check by name.

Run ``python tools/gen_validation_policy.py``; ``--check`` only says whether the file is fresh.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from medcab.signing.longterm.policy_file import default_policy

TARGET = Path(__file__).parents[1] / "docs" / "validation-policy.toml"


def main() -> int:
    """Write the file, or compare it."""
    text = default_policy()
    if "--check" in sys.argv[1:]:
        fresh = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        sys.stdout.write("" if fresh else f"{TARGET} is stale\n")
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
