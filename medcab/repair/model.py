"""The values of a repair: options, plan, result. Frozen, slotted, picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from enum import StrEnum
from typing import Any, Final

from medcab.errors import ExitCode, MedcabError
from medcab.model import Document, Finding, Report
from medcab.text import N_

__all__ = [
    "TOLD",
    "Action",
    "FixOptions",
    "FixResult",
    "Left",
    "Mended",
    "Note",
    "Order",
    "Plan",
    "RepairError",
    "Step",
    "Task",
    "Written",
    "exchanged",
]


class RepairError(MedcabError):
    """A document cannot be made to comply; says why, and what to do by hand."""

    exit_code = ExitCode.FAILED


def exchanged() -> RepairError:
    """The error for bytes that are not those which were examined."""
    return RepairError(
        N_("The file changed while it was examined."),
        hint=N_("Close it in other programs and try again."),
    )


class Action(StrEnum):
    """What is done to a document. The order is that in which it is done."""

    CONVERT = "convert"
    JOIN = "join"
    UPRIGHT = "upright"
    REBUILD = "rebuild"
    UNLOCK = "unlock"
    FLATTEN = "flatten"
    UNSCRIPT = "unscript"
    DETACH = "detach"
    UNLAYER = "unlayer"
    UNMARK = "unmark"
    REFIT = "refit"
    DROP_PAGES = "drop-pages"
    TURN = "turn"
    DESKEW = "deskew"
    CLEAN = "clean"
    COMPRESS = "compress"
    RENAME = "rename"


TOLD: Final[Mapping[Action, str]] = {
    Action.CONVERT: N_("turn into a PDF"),
    Action.JOIN: N_("join {n} files to one PDF"),
    Action.UPRIGHT: N_("turn as the note in the picture says"),
    Action.REBUILD: N_("write the structure of the PDF anew"),
    Action.UNLOCK: N_("lift the restrictions"),
    Action.FLATTEN: N_("make the filled-in fields part of the page"),
    Action.UNSCRIPT: N_("remove programs and actions"),
    Action.DETACH: N_("remove attached files: {names}"),
    Action.UNLAYER: N_("join the layers to one"),
    Action.UNMARK: N_("remove the watermark laid over the page"),
    Action.REFIT: N_("give the pages the size of paper"),
    Action.DROP_PAGES: N_("remove pages: {pages}"),
    Action.TURN: N_("turn pages: {pages}"),
    Action.DESKEW: N_("straighten pages: {pages}"),
    Action.CLEAN: N_("make the print darker and the paper lighter: pages {pages}"),
    Action.COMPRESS: N_("compress to {limit} MB or less, never below {dpi} dpi"),
    Action.RENAME: N_("rename: {name}"),
}


@dataclass(frozen=True, slots=True)
class FixOptions:
    """How a repair is run.

    Attributes:
        timeout: seconds that one document may take to be repaired.
        join: join all pictures that belong together, also where each would do.
        remove_restrictions: lift owner-password encryption.
        drop_blank: remove blank and repeated scanned pages.
        clean: stretch the contrast of pale and dark pages.
        turns: path -> degrees clockwise by which the user wants the pages turned.
        force: write over files that are there already.
        quality_floor: least JPEG quality.
    """

    timeout: float = 120.0
    join: bool = False
    remove_restrictions: bool = False
    drop_blank: bool = False
    clean: bool = False
    turns: Mapping[str, int] = _field(default_factory=dict)
    force: bool = False
    quality_floor: int = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done, with the values that tell of it."""

    action: Action
    args: Mapping[str, Any] = _field(default_factory=dict)
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to be done by hand.

    Attributes:
        path: of the document, as the user knows it.
        reason: template and its arguments: why it cannot be repaired.
        hint: template: what to do.
        rule: that found it, or empty.
        page: 1-based, or None.
        kept: the document was written all the same (a warning stays).
        finding: that it comes from, or None.
    """

    path: str
    reason: str
    args: Mapping[str, Any] = _field(default_factory=dict)
    hint: str = ""
    rule: str = ""
    page: int | None = None
    kept: bool = False
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with one document, or with several that become one.

    Attributes:
        documents: sources in the order of their pages.
        target: path below the output folder.
        steps: in order; empty for a plain copy.
        refused: why nothing will be written; empty when something will.
    """

    documents: tuple[Document, ...]
    target: str
    steps: tuple[Step, ...] = ()
    refused: tuple[Left, ...] = ()

    @property
    def changes_content(self) -> bool:
        """Whether the bytes change, not only the name."""
        return any(s.action is not Action.RENAME for s in self.steps)

    def step(self, action: Action) -> Step | None:
        """The step of this kind, or None."""
        return next((s for s in self.steps if s.action is action), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks, in the order of the package, and the report that they answer."""

    tasks: tuple[Task, ...]
    before: Report


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of a worker about what it did: a template with arguments."""

    template: str
    args: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told: sources, steps, limits."""

    sources: tuple[Any, ...]
    formats: tuple[str | None, ...]
    facts: tuple[Any, ...]
    steps: tuple[Step, ...]
    max_size: int | None
    dpi: int
    quality_floor: int
    grey: bool
    parts: int
    drop_restrictions: bool


@dataclass(frozen=True, slots=True)
class Mended:
    """What a worker made: one PDF, or the parts of one."""

    parts: tuple[bytes, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a task: paths below the output folder, and remarks."""

    task: Task
    paths: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class FixResult:
    """The whole result.

    Attributes:
        plan: what was to be done, with the report before.
        out: the folder.
        written: what became of every task.
        after: report about the output; None after a dry run.
        left: what is to be done by hand.
        dry_run: nothing was written.
    """

    plan: Plan
    out: str
    written: tuple[Written, ...]
    after: Report | None
    left: tuple[Left, ...] = ()
    dry_run: bool = False
