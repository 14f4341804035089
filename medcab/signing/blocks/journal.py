"""The list of checks of one signature while it grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medcab.signing.results import Check, CheckOutcome, Indication, SubIndication, passed

__all__ = ["Journal"]


class Journal:
    """Collects checks and draws the conclusion.

    Args:
        lenient: failures that were recorded with ``tolerable=True`` become warnings.
    """

    __slots__ = ("checks", "lenient")

    def __init__(self, lenient: bool = False) -> None:
        self.checks: list[Check] = []
        self.lenient = lenient

    def ok(self, check_id: str, rule: str) -> None:
        """The check passed."""
        self.checks.append(passed(check_id, rule))

    def fail(
        self,
        check_id: str,
        rule: str,
        detail: str,
        sub: SubIndication = SubIndication.FORMAT_FAILURE,
        *,
        tolerable: bool = False,
        **args: Any,
    ) -> None:
        """The check failed; ``sub`` decides between «failed» and «indeterminate»."""
        if tolerable and self.lenient:
            self.warn(check_id, rule, detail, **args)
            return
        outcome = (
            CheckOutcome.FAILED
            if sub.indication is Indication.TOTAL_FAILED
            else CheckOutcome.UNDETERMINED
        )
        self.checks.append(Check(check_id, outcome, rule, detail, args, sub))

    def warn(self, check_id: str, rule: str, detail: str, **args: Any) -> None:
        """Worth telling, decides nothing."""
        self.checks.append(Check(check_id, CheckOutcome.WARNING, rule, detail, args))

    def note(self, check_id: str, rule: str, detail: str, **args: Any) -> None:
        """Not looked at unless a policy asks for it."""
        self.checks.append(Check(check_id, CheckOutcome.IGNORED, rule, detail, args))

    def extend(self, checks: Iterable[Check]) -> None:
        """Take over checks that somebody else made."""
        self.checks.extend(checks)

    def conclude(self) -> tuple[Indication, SubIndication | None]:
        """The first failure decides; else the first open question; else passed.

        A check that failed without a reason of its own makes the whole INDETERMINATE/GENERIC:
        nothing that failed is ever passed.
        """
        waiting: SubIndication | None = None
        for check in self.checks:
            if check.outcome is CheckOutcome.PASSED:
                continue
            if check.outcome in (CheckOutcome.FAILED, CheckOutcome.UNDETERMINED):
                sub = check.sub_indication or SubIndication.GENERIC
                if sub.indication is Indication.TOTAL_FAILED:
                    return Indication.TOTAL_FAILED, sub
                waiting = waiting or sub
        if waiting is not None:
            return Indication.INDETERMINATE, waiting
        return Indication.TOTAL_PASSED, None
