"""HR staff sit at Windows: nothing may need modules that only POSIX has."""

import ast
import subprocess
import sys
from pathlib import Path

import medcab

PACKAGE = Path(medcab.__file__).parent
MODULES = sorted(
    "medcab." + ".".join(p.relative_to(PACKAGE).with_suffix("").parts)
    for p in PACKAGE.rglob("*.py")
    if p.name != "__init__.py" and p.stem != "__main__"
)
POSIX_ONLY = ("resource", "fcntl", "pwd", "grp", "termios", "tty", "syslog", "readline")


def test_every_module_imports_without_posix_modules():
    code = (
        "import sys, importlib\n"
        f"for name in {POSIX_ONLY!r}: sys.modules[name] = None\n"
        "import signal\n"
        "for name in ('SIGKILL', 'SIGALRM', 'SIGHUP', 'SIGUSR1'):\n"
        "    if hasattr(signal, name): delattr(signal, name)\n"
        "import os\n"
        "for name in ('fork', 'getuid', 'sched_getaffinity', 'O_NOFOLLOW'):\n"
        "    if hasattr(os, name): delattr(os, name)\n"
        f"for name in {MODULES!r}: importlib.import_module(name)\n"
        "print('all imported')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "all imported", done.stderr


def test_no_module_imports_posix_only_modules_at_its_top():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = []
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not set(names) & set(POSIX_ONLY), path


def test_text_files_are_opened_with_an_encoding():
    """Windows would use cp1251 where nothing is said."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "PLW1514", "--preview", str(PACKAGE)],
        check=False, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
