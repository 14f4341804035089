"""Optional content: which groups are switched off when the file is opened (ISO 32000-1, 8.11)."""

from __future__ import annotations

from typing import Any

__all__ = ["Layers"]

_MAX_GROUPS = 10_000


class Layers:
    """The default configuration of a document.

    Args:
        pdf: an open ``pikepdf.Pdf``.
    """

    def __init__(self, pdf: Any) -> None:
        import pikepdf

        self._off: set[tuple[int, int]] = set()
        properties = pdf.Root.get("/OCProperties")
        if not isinstance(properties, pikepdf.Dictionary):
            return
        default = properties.get("/D")
        if not isinstance(default, pikepdf.Dictionary):
            return
        if default.get("/BaseState") == "/OFF":
            self._off = _groups(properties.get("/OCGs")) - _groups(default.get("/ON"))
        self._off |= _groups(default.get("/OFF"))

    def hides(self, content: Any) -> bool:
        """Whether content with this /OC entry (a group or a membership) is not shown."""
        import pikepdf

        if not self._off or not isinstance(content, pikepdf.Dictionary):
            return False
        listed = content.get("/OCGs")
        if listed is None:
            return content.objgen in self._off
        groups = _groups(listed)
        if not groups:
            return False
        off = groups & self._off
        policy = content.get("/P", "/AnyOn")
        if policy == "/AllOn":
            return bool(off)
        if policy == "/AnyOff":
            return not off
        if policy == "/AllOff":
            return off != groups
        return off == groups


def _groups(value: Any) -> set[tuple[int, int]]:
    import pikepdf

    if isinstance(value, pikepdf.Dictionary):
        return {value.objgen}
    if not isinstance(value, pikepdf.Array):
        return set()
    return {g.objgen for g in list(value)[:_MAX_GROUPS] if isinstance(g, pikepdf.Dictionary)}
