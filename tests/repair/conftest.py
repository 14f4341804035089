"""Small documents to be repaired, made anew for every session."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medcab import engine
from medcab.inputs import read_package
from medcab.profile import load
from medcab.repair import FixOptions
from medcab.repair.run import fix
from samples.make import packages, writers
from samples.make.people import DOCTOR, WILLOW


@cache
def slip() -> Image.Image:
    """A clean page of A6 lying, 300 dpi."""
    return packages.scans("slip", DOCTOR, WILLOW)[0]


@cache
def sheet() -> Image.Image:
    """A clean page of A4 in colour, 300 dpi."""
    page = Image.new("RGB", (2480, 3508), (252, 252, 246))
    part = slip()
    for top in (200, 1150, 2100):
        page.paste(part, ((2480 - part.width) // 2, top))
    return page


def noisy(page: Image.Image, strength: float = 9, seed: int = 1) -> Image.Image:
    """The page with grain, which takes much room."""
    grain = np.random.default_rng(seed).normal(0, strength, (page.height, page.width, 1))
    return Image.fromarray(np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8))


def jpeg(page: Image.Image, quality: int = 80, **how) -> bytes:
    out = io.BytesIO()
    how.setdefault("dpi", (300, 300))
    page.save(out, "JPEG", quality=quality, **how)
    return out.getvalue()


def pdf(*pages: Image.Image, quality: int = 60, dpi: float = 300) -> bytes:
    return writers.pdf(pages, dpi=dpi, quality=quality)


@pytest.fixture
def folder(tmp_path):
    """Write files into a package folder: ``folder({"a.pdf": b"..."})``."""

    def write(files: dict[str, bytes]) -> Path:
        root = tmp_path / "in"
        for name, data in files.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return root

    return write


@pytest.fixture
def repair(tmp_path):
    """Run ``fix`` in this process (no sandbox: quick); returns (result, output folder)."""

    def run(root, profile="scan", *, jobs=0, out=None, form=None, **options):
        target = out or tmp_path / "out"
        package = read_package([str(root)])
        check = engine.CheckOptions(jobs=jobs)
        result = fix(
            package,
            load(profile),
            target,
            check,
            FixOptions(**options),
            profile_name=profile,
            form=form,
        )
        # A refusal says why: an error of our own must not pass for one.
        assert not [one for one in result.left if "broke off" in one.reason], result.left
        return result, target

    return run


def documents(out: Path) -> list[str]:
    """Names of what was written, settings left out."""
    return sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.suffix != ".yaml")
