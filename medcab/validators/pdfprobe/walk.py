"""Walk what a page draws, bounded, and measure every image under its matrix.

The method stands in ``docs/decisions/0004-resolution.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot, inf, isfinite
from typing import Any

from medcab.validators.facts import LimitHit, PageFacts, PlacedImage
from medcab.validators.pdfprobe.coverage import (
    IDENTITY,
    Box,
    Coverage,
    Matrix,
    bounds,
    multiply,
    overlap,
)
from medcab.validators.pdfprobe.geometry import Frame
from medcab.validators.pdfprobe.paths import around, points, rectangle, six
from medcab.validators.pdfprobe.resources import FormInfo, ImageInfo, Store
from medcab.validators.pdfprobe.streams import LimitReached
from medcab.validators.pdfprobe.tokens import InlineImage, Operand, operators

__all__ = ["walk_page"]

_UNIT: Box = (0.0, 0.0, 1.0, 1.0)
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_PATH_ENDS = frozenset({b"n", b"S", b"s"}) | _FILLS
_TEXT_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_POINTS = {b"m": 1, b"l": 1, b"c": 3, b"v": 2, b"y": 2}
_MAX_Q = 10_000


@dataclass(slots=True)
class _State:
    """The part of the graphics state that decides where images land."""

    ctm: Matrix
    clip: Box
    pattern: bytes | None = None
    text_mode: int = 0
    see_through: bool = False  # set by a graphics state of this stream
    group_see_through: bool = False  # inherited from where the form was drawn

    def copy(self) -> _State:
        return replace(self)


def walk_page(page: Any, number: int, store: Store) -> tuple[PageFacts, list[LimitHit]]:
    """Measure one page.

    Args:
        page: a ``pikepdf.Page``.
        number: 1-based.
        store: what is known of the document's resources, shared by its pages.
    """
    frame = Frame.of(page)
    walker = _Walker(frame, store)
    hits: list[LimitHit] = []
    annotations: tuple[str, ...] = ()
    try:
        walker.page(page)
        annotations = walker.annotations(page)
    except LimitReached as reached:
        hits.append(LimitHit(reached.name, reached.limit, reached.seen, number))
    except RecursionError:
        hits.append(LimitHit("depth", store.limits.depth, None, number))
    hits += [LimitHit(h.name, h.limit, h.seen, number) for h in dict.fromkeys(walker.image_limits)]
    return PageFacts(
        number=number,
        width=frame.width,
        height=frame.height,
        rotation=frame.rotation,
        images=walker.placed(),
        text=walker.text,
        hidden_text=walker.hidden_text,
        drawing=walker.drawing,
        annotations=annotations,
        watermark=walker.watermark or "Watermark" in annotations,
        complete=not hits,
        decoded=not any(info.unsure for _, info, _, _ in walker.found),
    ), hits


class _Walker:
    """Walks the content of one page and all that it draws."""

    def __init__(self, frame: Frame, store: Store) -> None:
        self.frame, self.store, self.limits = frame, store, store.limits
        self.coverage = Coverage(frame.crop)
        self.found: list[tuple[str, ImageInfo, Matrix, Box]] = []
        self.image_limits: list[LimitHit] = []
        self.text = self.hidden_text = self.drawing = self.watermark = False
        self._operators = self._forms = 0
        self._inside: set[tuple[int, int]] = set()
        self._tiles: dict[tuple[Any, Matrix], tuple[int, str] | None] = {}
        self._painting = True

    def page(self, page: Any) -> None:
        resources = self.store.scope(self.frame.resources)
        state = _State(IDENTITY, self.frame.crop)
        data = self.store.page_content(page)
        self._run(operators(data), resources, state, 0)

    def annotations(self, page: Any) -> tuple[str, ...]:
        """Draw the appearances of visible annotations (ISO 32000-1, 12.5.5); their subtypes."""
        subtypes: list[str] = []
        for subtype, form, rect in self.store.annotations(page):
            subtypes.append(subtype)
            if form is None:
                continue
            box = bounds(form.bbox, form.matrix)
            width, height = box[2] - box[0], box[3] - box[1]
            if width <= 0 or height <= 0:
                continue
            sx, sy = (rect[2] - rect[0]) / width, (rect[3] - rect[1]) / height
            fit = (sx, 0.0, 0.0, sy, rect[0] - box[0] * sx, rect[1] - box[1] * sy)
            self._form(form, _State(fit, self.frame.crop), 0)
        return tuple(subtypes)

    def placed(self) -> tuple[PlacedImage, ...]:
        shares = self.coverage.shares()
        unit = self.frame.user_unit
        images = []
        for at, (name, info, matrix, clip) in enumerate(self.found):
            dpi_h, dpi_v = _dpi(info, matrix, unit)
            images.append(
                PlacedImage(
                    index=at + 1,
                    name=name,
                    width=info.width,
                    height=info.height,
                    dpi_h=dpi_h,
                    dpi_v=dpi_v,
                    share=shares[at],
                    mask=info.manner == "mask",
                    damage=info.damage,
                    box=self.frame.fractions(overlap(bounds(_UNIT, matrix), clip)),
                )
            )
        return tuple(images)

    def _run(self, stream: Any, scope: Any, state: _State, depth: int) -> None:
        """Interpret operators; ``state`` is changed in place."""
        base = state.ctm
        stack: list[_State] = []
        path: list[float] = []
        clip_pending = False
        known: dict[bytes, ImageInfo | FormInfo | None] = {}  # XObjects by name
        marked: list[bool] = []  # nested marked content; True where a layer hides it
        for word, operands in stream:
            self._operators += 1
            if self._operators > self.limits.operators:
                raise LimitReached("operators", self.limits.operators, self._operators)
            if isinstance(operands, InlineImage):
                info = ImageInfo.inline(operands)
                self._image("inline", info, state, hidden=True in marked)
            elif word == b"q":
                if len(stack) < _MAX_Q:
                    stack.append(state.copy())
            elif word == b"Q":
                if stack:
                    state = stack.pop()
            elif word == b"cm":
                if (matrix := six(operands)) is not None:
                    state.ctm = multiply(matrix, state.ctm)
            elif word == b"Do":
                name = operands[-1] if operands else None
                if isinstance(name, bytes):
                    if name not in known:
                        known[name] = self.store.xobject(scope, name)
                        if known[name] is None and True not in marked:
                            self.store.miss(scope, name, page=depth == 0)
                    self._do(name, known[name], state, depth, hidden=True in marked)
            elif word == b"re":
                rectangle(operands, state.ctm, path)
            elif word in _POINTS:
                points(operands, _POINTS[word], state.ctm, path)
            elif word in _PATH_ENDS:
                self.drawing |= word != b"n" and bool(path)
                if word in _FILLS and state.pattern is not None and path:
                    self._tile(state.pattern, scope, base, around(path), state.clip, depth)
                if clip_pending:
                    state.clip = overlap(state.clip, around(path)) if path else state.clip
                    clip_pending = False
                path = []
            elif word in {b"W", b"W*"}:
                clip_pending = True
            elif word == b"scn":
                named = operands[-1] if operands else None
                state.pattern = named if isinstance(named, bytes) else None
            elif word in {b"sc", b"g", b"rg", b"k", b"cs"}:
                state.pattern = None
            elif word in _TEXT_SHOWS:
                self.hidden_text |= state.text_mode == 3
                self.text |= state.text_mode != 3
            elif word == b"Tr":
                mode = operands[-1] if operands else 0.0
                state.text_mode = int(mode) if isinstance(mode, float) and isfinite(mode) else 0
            elif word == b"sh":
                self.drawing = True
            elif word == b"gs":
                if operands and isinstance(operands[-1], bytes):
                    said = self.store.see_through(scope, operands[-1])
                    state.see_through = state.see_through if said is None else said
            elif word in {b"BDC", b"BMC"}:
                self.watermark |= b"Watermark" in operands
                marked.append(self._layer_off(operands, scope))
            elif word == b"EMC" and marked:
                marked.pop()

    def _layer_off(self, operands: list[Operand], scope: Any) -> bool:
        if len(operands) < 2 or operands[-2] != b"OC" or not isinstance(operands[-1], bytes):
            return False
        return self.store.hides(scope, operands[-1])

    def _do(
        self,
        name: bytes,
        thing: ImageInfo | FormInfo | None,
        state: _State,
        depth: int,
        *,
        hidden: bool,
    ) -> None:
        if isinstance(thing, ImageInfo):
            self._image(name.decode("latin-1"), thing, state, hidden=hidden)
        elif isinstance(thing, FormInfo) and not hidden:
            inner = state.copy()
            inner.group_see_through |= inner.see_through
            self._form(thing, inner, depth)

    def _form(self, form: FormInfo, state: _State, depth: int) -> None:
        if form.key in self._inside:
            return  # draws itself: viewers stop here too
        self._enter(depth)
        self._inside.add(form.key)
        try:
            state.ctm = multiply(form.matrix, state.ctm)
            state.clip = overlap(state.clip, bounds(form.bbox, state.ctm))
            self._run(self.store.tokens(form), self.store.scope(form.resources), state, depth + 1)
        finally:
            self._inside.discard(form.key)

    def _tile(
        self, name: bytes, scope: Any, base: Matrix, area: Box, clip: Box, depth: int
    ) -> None:
        """Fill ``area`` with a tiling pattern: the coarsest image of its cell stands for it."""
        form = self.store.pattern(scope, name)
        if form is None or form.key in self._inside:
            return
        key = (form.key, base)
        if key not in self._tiles:
            before, painting = len(self.found), self._painting
            self._painting = False
            try:
                self._form(form, _State(base, _EVERYWHERE), depth)
            finally:
                self._painting = painting
            cell = range(before, len(self.found))
            worst = min(cell, default=None, key=lambda at: min(_dpi(*self.found[at][1:3], 1.0)))
            self._tiles[key] = None if worst is None else (worst, self.found[worst][1].manner)
        known = self._tiles[key]
        if known is not None and self._painting:
            x0, y0, x1, y1 = area
            self.coverage.paint(known[0], (x1 - x0, 0, 0, y1 - y0, x0, y0), clip, known[1])

    def _image(self, name: str, info: ImageInfo, state: _State, *, hidden: bool) -> None:
        if len(self.found) >= self.limits.image_draws:
            raise LimitReached("image_draws", self.limits.image_draws, len(self.found) + 1)
        dpi = _dpi(info, state.ctm, self.frame.user_unit)
        number = self.coverage.add(min(dpi))
        self.found.append((name, info, state.ctm, state.clip))
        self.image_limits += info.limits
        if self._painting and not hidden:
            soft = state.see_through or state.group_see_through
            self.coverage.paint(number, state.ctm, state.clip, "soft" if soft else info.manner)

    def _enter(self, depth: int) -> None:
        if depth >= self.limits.depth:
            raise LimitReached("depth", self.limits.depth, depth + 1)
        self._forms += 1
        if self._forms > self.limits.forms:
            raise LimitReached("forms", self.limits.forms, self._forms)


_EVERYWHERE: Box = (-inf, -inf, inf, inf)


def _dpi(info: ImageInfo, matrix: Matrix, unit: float) -> tuple[float, float]:
    """72 · samples / length in points, along rows and along columns."""
    across, down = hypot(matrix[0], matrix[1]) * unit, hypot(matrix[2], matrix[3]) * unit
    return (
        72.0 * info.seen_width / across if across else inf,
        72.0 * info.seen_height / down if down else inf,
    )
