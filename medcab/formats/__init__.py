"""Writers: one format a module, loaded when first asked for.

``medcab.formats.get("sarif").write(report, translator("en"), stream, options=Options())``
"""

from __future__ import annotations

import importlib
import io
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from medcab.errors import UsageError
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from medcab.formats.base import Options, PageImage, Writer
    from medcab.model import Report

__all__ = ["Options", "PageImage", "Writer", "get", "names", "render"]

_WRITERS: Final = MappingProxyType(
    {
        "text": "medcab.formats.text:TextWriter",
        "json": "medcab.formats.json:JsonWriter",
        "jsonl": "medcab.formats.jsonl:JsonLinesWriter",
        "csv": "medcab.formats.csv:CsvWriter",
        "sarif": "medcab.formats.sarif:SarifWriter",
        "junit": "medcab.formats.junit:JUnitWriter",
        "github": "medcab.formats.github:GitHubWriter",
        "gitlab": "medcab.formats.gitlab:GitLabWriter",
        "html": "medcab.formats.html:HtmlWriter",
        "pdf": "medcab.formats.pdf:PdfWriter",
        "xlsx": "medcab.formats.xlsx:XlsxWriter",
    }
)


def __getattr__(name: str) -> Any:
    # The console asks this package for its encoding alone at every start of the command line.
    if name in ("Options", "PageImage", "Writer"):
        return getattr(importlib.import_module("medcab.formats.base"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def names() -> tuple[str, ...]:
    """Names of all formats, in the order in which help texts list them."""
    return tuple(_WRITERS)


def get(name: str) -> Writer:
    """Return the writer of format ``name``.

    Raises:
        UsageError: there is no such format; the hint lists those that exist.
    """
    wanted = name.strip().lower()
    if wanted not in _WRITERS:
        raise UsageError(
            N_("There is no output format {name}."),
            hint=N_("Formats: {known}."),
            name=name,
            known=", ".join(_WRITERS),
        )
    return _load(wanted)


@cache
def _load(name: str) -> Writer:
    module, _, attribute = _WRITERS[name].partition(":")
    return cast("Writer", getattr(importlib.import_module(module), attribute)())


def render(
    report: Report, name: str, tr: Translator, options: Options | None = None
) -> str | bytes:
    """Return ``report`` in format ``name``: bytes where the writer is binary, else text.

    Raises:
        UsageError: there is no such format.
    """
    from medcab.formats.base import DEFAULT

    options = options or DEFAULT
    writer = get(name)
    if writer.binary:
        data = io.BytesIO()
        writer.write(report, tr, data, options=options)
        return data.getvalue()
    text = io.StringIO()
    writer.write(report, tr, text, options=options)
    return text.getvalue()
