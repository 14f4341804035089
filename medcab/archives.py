"""Zip archives as packages: read in place, refused when they are dangerous."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from medcab.errors import InputError, UnsafeArchiveError
from medcab.files import unreadable
from medcab.sources import ZipSource, stamp_of
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.inputs import InputLimits

__all__ = ["zip_entries"]

_DRIVE = re.compile(r"[A-Za-z]:")
_SMALL = 1 << 20  # below this a high ratio harms nobody


def zip_entries(path: str, limits: InputLimits) -> Iterator[tuple[str, ZipSource, int]]:
    """Yield (name, source, size) of every file in the archive ``path``, in name order.

    Names are shown as they were meant: Russian names of old Windows archivers are stored in
    cp866 without the UTF-8 flag, which zipfile reads as cp437.

    Raises:
        InputError: not a zip archive, or damaged.
        UnsafeArchiveError: traversal or absolute names, encrypted members, links, duplicate
            names, a bomb by ratio or total.
    """
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            stamp = stamp_of(file.fileno())
            members = [m for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise InputError(
            N_("{path} is not a zip archive, or it is damaged: {reason}."),
            hint=N_("Pack the documents again, or give the folder."),
            path=path,
            reason=str(error),
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if len(members) > limits.files:
        raise _refuse(
            path, "", N_("{path}: the archive has more than {limit} files."), limit=limits.files
        )
    total = 0
    shown: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = _name(member)
        _refuse_bad_name(path, name)
        if member.flag_bits & 0x1:
            raise _refuse(path, name, N_("{path}: {member} is encrypted with a password."))
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise _refuse(path, name, N_("{path}: {member} is a link."))
        if name in shown:
            raise _refuse(path, name, N_("{path}: two members are called {member}."))
        total += member.file_size
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > _SMALL and ratio > limits.zip_ratio:
            raise _refuse(
                path,
                name,
                N_("{path}: {member} would grow {ratio} times when unpacked."),
                ratio=round(ratio),
            )
        shown[name] = member
    if total > limits.zip_total:
        raise _refuse(
            path,
            "",
            N_("{path}: the archive would take {total} MB when unpacked."),
            total=total >> 20,
        )
    for name in sorted(shown, key=str.casefold):
        member = shown[name]
        source = ZipSource(path, member.filename, member.file_size, member.CRC, stamp)
        yield name, source, member.file_size


def _refuse(path: str, member: str, template: str, **args: object) -> UnsafeArchiveError:
    return UnsafeArchiveError(
        template,
        hint=N_("The archive was not read. Pack the documents again, without passwords or links."),
        path=path,
        member=member,
        **args,
    )


def _refuse_bad_name(path: str, name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in parts or "\0" in name:
        raise _refuse(path, name, N_("{path}: the member name {member} leads out of the archive."))


def _name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "cp866"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename
