"""``medcab doctor``: what is installed and what medcab uses of it."""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata, resources
from typing import Annotated, Any, Final

import typer

from medcab.commands._console import stdout, tr, write_result
from medcab.commands._options import format_option, known_format
from medcab.errors import ExitCode
from medcab.text import N_

__all__ = ["command", "diagnose"]

_EXTRAS: Final = (
    ("fast", "gmpy2", N_("GOST signatures are checked two to three times faster.")),
    ("pkcs11", "python-pkcs11", N_("Signing with a token.")),
    ("keyring", "keyring", N_("Passwords from the keyring of the system.")),
    ("table", "polars", N_("Large tables.")),
)
_FONTS: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _required() -> list[str]:
    """Names of the packages that medcab cannot do without, as its metadata has them."""
    names = []
    for line in metadata.requires("medcab") or ():
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name and "extra ==" not in line:
            names.append(name[0])
    return sorted(set(names), key=str.lower)


def _fonts() -> dict[str, bool]:
    folder = resources.files("medcab") / "fonts"
    return {name: (folder / name).is_file() for name in _FONTS}


def diagnose() -> dict[str, Any]:
    """Return all that is shown, with English keys (schema ``medcab.doctor/1``)."""
    from medcab._version import __version__
    from medcab.errors import SigningError
    from medcab.signing.gost import ec, gost94, streebog

    try:
        active: str | None = streebog.active().name
    except SigningError:
        active = None
    return {
        "schema": "medcab.doctor/1",
        "medcab": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "encoding": sys.stdout.encoding or "",
        "streebog": {
            "active": active,
            "backends": [
                {
                    "name": backend.name,
                    "usable": backend.usable,
                    "version": backend.version,
                    "reason": backend.reason,
                }
                for backend in streebog.backends()
            ],
        },
        "gost94": "libgcrypt" if gost94.is_native() else "python",
        "curves": {"gmpy2": ec.accelerated() or None},
        "libraries": {name: _version(name) for name in _required()},
        "extras": [
            {"extra": extra, "package": package, "version": _version(package), "gives": gives}
            for extra, package, gives in _EXTRAS
        ],
        "fonts": _fonts(),
    }


def _healthy(report: dict[str, Any]) -> bool:
    return (
        report["streebog"]["active"] is not None
        and None not in report["libraries"].values()
        and all(report["fonts"].values())
    )


def command(
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Entry point of the command."""
    known_format(output_format, "text", "json")
    report = diagnose()
    if output_format == "json":
        import json

        write_result(json.dumps(report, ensure_ascii=False, indent=2) + "\n", None)
    else:
        _show(report)
    if not _healthy(report):
        raise typer.Exit(ExitCode.FAILED)


def _show(report: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row("medcab", report["medcab"])
    table.add_row("Python", f"{report['python']} ({report['implementation']})")
    table.add_row(tr()("System"), report["platform"])
    table.add_row(tr()("Encoding of the console"), report["encoding"])
    for backend in report["streebog"]["backends"]:
        if backend["name"] == report["streebog"]["active"]:
            state = tr()("in use")
        elif backend["usable"]:
            state = tr()("works")
        else:
            state = tr()("not used: {reason}", reason=backend["reason"])
        version = f" {backend['version']}" if backend["version"] else ""
        table.add_row(f"{tr()('Streebog')}: {backend['name']}{version}", state)
    if report["streebog"]["active"] == "python":
        table.add_row("", tr()("Pure Python hashes about 1 MB a second: large files take long."))
    gmpy2 = report["curves"]["gmpy2"]
    table.add_row(tr()("GOST curves"), f"gmpy2 {gmpy2}" if gmpy2 else tr()("plain Python"))
    for name, version in report["libraries"].items():
        table.add_row(name, version or tr()("MISSING: reinstall medcab"))
    for item in report["extras"]:
        absent = tr()("not installed: pip install medcab[{extra}]", extra=item["extra"])
        shown = item["version"] or f"{absent}. {tr()(item['gives'])}"
        table.add_row(f"[{item['extra']}] {item['package']}", shown)
    for name, present in report["fonts"].items():
        table.add_row(name, tr()("works") if present else tr()("MISSING: reinstall medcab"))
    stdout().print(table)
