"""Bring directories into the store: CSV, XLSX, and the JSON and XML of the national service.

Reading them is :mod:`medcab.validators.directory`.
"""

from __future__ import annotations

from medcab.directories.store import import_file, remove

__all__ = ["import_file", "remove"]
