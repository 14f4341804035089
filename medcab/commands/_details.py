"""The tree that ``medcab verify --details`` prints: signers, time-stamps, every check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medcab.commands._console import tr
from medcab.text import N_

__all__ = ["details"]


def details(line: bytes) -> list[str]:
    """Lines about one report (``medcab.signature/1`` as JSON)."""
    import json

    report = json.loads(line)
    made = list(_checks(report["checks"], "    "))
    for signature in report["signatures"]:
        made += _signature(signature, "    ")
    return made


def _signature(signature: Mapping[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}[{signature['index']}] {signature['level']}"
    for proof in signature["proofs"]:
        if proof["source"] != "current-time":
            yield (
                indent
                + "  "
                + tr()(
                    N_("existed on {time} ({source})"), time=proof["time"], source=proof["source"]
                )
            )
    yield from _checks(signature["checks"], indent + "  ")
    for stamp in signature["timestamps"]:
        sub = f" / {stamp['sub_indication']}" if stamp["sub_indication"] else ""
        yield f"{indent}  {stamp['kind']} {stamp['time'] or ''}: {stamp['indication']}{sub}"
        authority = stamp["authority"]
        if authority is not None:
            yield f"{indent}    {authority['subject']}"
        if stamp["judged_at"]:
            yield indent + "    " + tr()(N_("judged as of {time}"), time=stamp["judged_at"])
        yield from _checks(stamp["checks"], indent + "    ")
    for each in signature["counter_signatures"]:
        yield from _signature(each, indent + "  ")


def _checks(checks: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for check in checks:
        detail = f": {check['detail']}" if check["detail"] else ""
        yield f"{indent}{check['outcome']:<12} {check['id']} ({check['rule']}){detail}"
