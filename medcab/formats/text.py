"""The report for a terminal: verdict, documents, findings, how to put them right."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, ClassVar

from medcab.formats.base import DEFAULT, Options
from medcab.formats.encoding import printable
from medcab.formats.marks import VERDICT_MARKS, mark_of
from medcab.formats.parts import signatures
from medcab.formats.values import moment
from medcab.formats.view import Advice, DocumentRow, Fold, Group, Item, View, view
from medcab.model import Outcome, Report, Verdict
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["TextWriter", "print_report"]

_NARROW = 80
_PLACES = 3  # named where an advice does not hold for all of them


class TextWriter:
    """``--format text``."""

    name: ClassVar[str] = "text"
    media_type: ClassVar[str] = "text/plain"
    extension: ClassVar[str] = ".txt"
    binary: ClassVar[bool] = False
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write to a text stream as if it were a terminal of ``options.width`` columns."""
        from rich.console import Console

        console = Console(
            file=stream,
            width=max(40, options.width),
            force_terminal=options.color,
            color_system="standard" if options.color else None,
            no_color=not options.color,
            highlight=False,
            emoji=False,
            markup=False,
            safe_box=True,
            legacy_windows=False,
            _environ={},
        )
        print_report(report, tr, console, options)


def print_report(
    report: Report, tr: Translator, console: Console, options: Options = DEFAULT
) -> None:
    """Print ``report`` to a rich console in the language of ``tr``."""
    shown = view(report, tr)
    if options.quiet:
        # One line whatever the width: it is what scripts and prompts want.
        console.print(_verdict_line(shown), soft_wrap=True, markup=False, highlight=False)
        return
    _print(console, _verdict_line(shown))
    _print(console, _about(report, tr))
    if shown.rows:
        _print(console, "")
        _print(console, _table(shown, tr, console, options))
    for group in shown.groups:
        _print(console, "")
        _print(console, _heading(group))
        for line in group.lines:
            _print(console, _fold(line) if isinstance(line, Fold) else _finding(line))
    _signatures(report, tr, console)
    if shown.advice:
        _print(console, "")
        _print(console, _bold(tr(N_("How to fix"))))
        for advice in shown.advice:
            _print(console, _advice(", ".join(advice.rules), advice.help))
            for told in _repairs(advice, shown, options, tr):
                _print(console, _indented(told, 4))
    if shown.ignored:
        _print(console, "")
        one = N_("{n} finding is set aside by the configuration")
        many = N_("{n} findings are set aside by the configuration")
        _print(console, tr.plural(one, many, len(shown.ignored)) + (":" * options.verbose))
        if options.verbose:
            for item in shown.ignored:
                path = printable(item.finding.location.path or "")
                _print(console, _indented(f"{item.rule} {path}: {item.message}", 2))
    if options.verbose:
        _verbose(report, shown, tr, console)


def _repairs(advice: Advice, shown: View, options: Options, tr: Translator) -> list[str]:
    """What medcab fix would make of ``advice``, with the places where that differs."""
    if options.fix_hint is None:
        return []
    places: dict[str | None, dict[str, None]] = {}
    for group in shown.groups:
        for item in group.items:
            if item.help == advice.help:
                where = f"{group.heading}, {item.place}" if item.place else group.heading
                places.setdefault(options.fix_hint(item.finding), {})[where] = None
    told = [(tr(hint), list(where)) for hint, where in places.items() if hint is not None]
    if len(places) == 1:
        return [hint for hint, _ in told]
    return [
        f"{'; '.join(where[:_PLACES])}{'…' if len(where) > _PLACES else ''}: {hint}"
        for hint, where in told
    ]


def _signatures(report: Report, tr: Translator, console: Console) -> None:
    from rich.text import Text

    rows = signatures(report, tr)
    if rows:
        _print(console, "")
        _print(console, _bold(tr(N_("Signatures"))))
    for row in rows:
        mark, style = VERDICT_MARKS[row.verdict]
        line = Text.assemble((f"{mark} {row.verdict_word}", style), f": {row.path}, {row.signer}")
        line.append("".join(f"; {check}" for check in row.open_checks))
        reason = " ".join(filter(None, (row.indication, row.reason, row.level)))
        if reason:
            line.append(f" [{reason}]", style="dim")
        _print(console, _indented(line, 2, hang=4))


def _verbose(report: Report, shown: View, tr: Translator, console: Console) -> None:
    if shown.passed:
        _print(console, "")
        _print(console, _bold(tr(N_("Looked for and not found"))))
        for rule, _name, title, _count in shown.passed:
            _print(console, _indented(f"✓ {rule}  {title}", 2, hang=2 + 2 + len(rule) + 2))
    if shown.not_applicable:
        _print(console, "")
        label = tr(N_("Not applicable here: {rules}"), rules=", ".join(shown.not_applicable))
        _print(console, label)
    digests = [row for row in shown.rows if row.sha256]
    if digests:
        _print(console, "")
        _print(console, _bold("SHA-256"))
        for row in digests:
            # The digest comes first, on one line with the name, as sha256sum -c wants it.
            console.print(f"{row.sha256}  {row.path}", soft_wrap=True, markup=False)


def _print(console: Console, what: Any) -> None:
    from rich.text import Text

    if isinstance(what, (str, Text)) and what:
        what = _indented(what)
    console.print(what, markup=False, highlight=False)


def _bold(text: str) -> RenderableType:
    from rich.text import Text

    return Text(text, style="bold")


def _verdict_line(shown: View) -> RenderableType:
    from rich.text import Text

    mark, style = VERDICT_MARKS[shown.verdict]
    return Text.assemble((f"{mark} {shown.headline}", style), f" {_capital(shown.counts)}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _about(report: Report, tr: Translator) -> RenderableType:
    from rich.text import Text

    package = tr(N_("Package: {root}"), root=printable(report.root))
    checked = tr(N_("Checked: {moment}"), moment=moment(report.checked_at))
    return Text(f"{package}   {checked}", style="dim")


def _table(shown: View, tr: Translator, console: Console, options: Options) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    narrow = console.width < _NARROW
    table = Table(box=box.ROUNDED if options.unicode else box.ASCII2, padding=(0, 1))
    columns: list[tuple[str, Any]] = [(tr(N_("File")), {"overflow": "fold"})]
    if not narrow:
        columns.append((tr(N_("Document")), {"overflow": "fold"}))
    columns += [
        (tr(N_("Format")), {"no_wrap": True}),
        (tr(N_("Size")), {"justify": "right", "no_wrap": True}),
        (tr(N_("Pages")), {"justify": "right", "no_wrap": True}),
        (tr(N_("Verdict")), {"overflow": "fold", "min_width": 9}),
    ]
    for title, how in columns:
        table.add_column(title, **how)
    table.expand = narrow
    for row in shown.rows:
        table.add_row(*_cells(row, narrow=narrow), _verdict(row.verdict, row.verdict_word))
    return table if table.columns else Text()


def _cells(row: DocumentRow, *, narrow: bool) -> list[str]:
    pages = str(row.pages) if row.pages is not None else "—"
    cells = [row.path, row.type, row.format, row.size, pages]
    if narrow:
        cells[0:2] = [f"{row.path}\n({row.type})"]
    return cells


def _verdict(verdict: Verdict, word: str) -> RenderableType:
    from rich.text import Text

    mark, style = VERDICT_MARKS[verdict]
    return Text(f"{mark} {word}", style=style)


def _heading(group: Group) -> RenderableType:
    from rich.text import Text

    about = f" — {group.about}" if group.about else ""
    return Text.assemble((group.heading, "bold"), about)


def _finding(item: Item) -> RenderableType:
    from rich.text import Text

    mark, style = mark_of(item.finding)
    if item.finding.outcome is Outcome.UNDETERMINED:
        # The message itself begins with "Not checked".
        line = Text.assemble((mark, style), f" {item.place}: " if item.place else " ")
        line.append(item.told)
    else:
        place, told = _said(item)
        line = Text.assemble((f"{mark} {item.severity}{', ' * bool(place)}{place}:", style), " ")
        line.append(told)
    rule = item.rule if item.rule == item.name else f"{item.rule} {item.name}"
    line.append(f" [{rule}]", style="dim")
    return _indented(line, 2, hang=4)


def _said(item: Item) -> tuple[str, str]:
    """Place and message, without what one of them says after the other anyway."""
    field, page = item.finding.location.field, item.finding.location.page
    if page is not None and re.match(rf"\w+ {page}\b", item.message):
        # «Страница 2 пустая» needs no «стр. 2» before it.
        return ", ".join(
            p for p in item.place.split(", ") if not p.endswith(f". {page}")
        ), item.told
    label, _, rest = item.place.partition("», ")
    title = label.partition("«")[2].removesuffix("»")
    if not field or not title or title not in item.message:
        return item.place, item.told
    if item.told.startswith(f"{title}: "):
        return item.place, _capital(item.told.removeprefix(f"{title}: "))
    return rest, item.told


def _fold(fold: Fold) -> RenderableType:
    from rich.text import Text

    one = fold.items[0]
    mark, style = mark_of(one.finding)
    if one.reason:
        line = Text.assemble((mark, style), f" {fold.place}: " if fold.place else " ")
    else:
        line = Text.assemble((f"{mark} {one.severity}, {fold.place}:", style), " ")
    line.append(fold.message)
    line.append(f" [{fold.rules}]", style="dim")
    return _indented(line, 2, hang=4)


def _advice(rules: str, text: str) -> RenderableType:
    return _indented(f"{rules}: {text}", 2, hang=4)


def _indented(text: Any, indent: int = 0, *, hang: int | None = None) -> RenderableType:
    """``text`` wrapped with its first line at ``indent`` and the others at ``hang``."""
    from rich.text import Text

    line = text if isinstance(text, Text) else Text(text)
    return _Hanging(line, indent, (indent if hang is None else hang) - indent)


class _Hanging:
    """A paragraph whose later lines stand deeper than its first; no blanks at the ends."""

    def __init__(self, text: Any, indent: int, deeper: int) -> None:
        self.text, self.indent, self.deeper = text, indent, deeper

    def __rich_console__(self, console: Any, options: Any) -> Any:
        from rich.text import Text

        width = max(10, options.max_width - self.indent - self.deeper)
        for number, line in enumerate(self.text.wrap(console, width, overflow="fold")):
            line.rstrip()
            left = " " * (self.indent + (self.deeper if number else 0))
            yield Text.assemble(left, line)
