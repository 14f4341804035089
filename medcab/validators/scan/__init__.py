"""Legibility of pages: measured in workers, judged by the rules SCN001 and following.

Importing this package is cheap; numpy and Pillow come with the first page.
"""

from medcab.validators.scan.facts import PageScan

__all__ = ["PageScan"]
