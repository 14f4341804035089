"""Making documents comply: a plan first, then copies that pass, never a touch on the originals.

:func:`medcab.repair.run.fix` is the way in. Files are opened in workers that may be killed; what
was made is judged again by all rules before it is kept. See ``docs/decisions/0006-repair.md``.
"""

from __future__ import annotations

from medcab.repair.model import FixOptions, FixResult, Left, Plan, RepairError, Step, Task

__all__ = ["FixOptions", "FixResult", "Left", "Plan", "RepairError", "Step", "Task"]
