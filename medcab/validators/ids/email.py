"""An e-mail address that a portal will take.

Exactly one ``@``; an ASCII local part of at most 64 characters; a domain with a point, ``.рф``
allowed; no Cyrillic letter hidden in a Latin domain; known slips of popular domains are named.

    >>> validate("ivanov@clinic.ru")
    'ivanov@clinic.ru'
    >>> is_valid("ivanov@gmail.con")
    False

Source: RFC 5321 (4.1.2, 4.5.3.1), RFC 1035 (2.3.1), RFC 5890 for ``.рф``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    Suggestion,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "email"
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[0-9a-zа-яё](?:[0-9a-zа-яё-]{0,61}[0-9a-zа-яё])?")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_LATIN = re.compile("[A-Za-z]")

_SLIPS: Final = {
    slip: domain
    for domain, slips in {
        "gmail.com": "gmail.con gmail.cm gmail.co gmail.om gmail.ru gmai.com gmial.com gmal.com "
        "gmaill.com gamil.com gnail.com gmail.comm",
        "mail.ru": "mail.ry mail.r mail.tu mail.eu mial.ru maill.ru mai.ru meil.ru mail.rru "
        "email.ru nail.ru mail.ri",
        "yandex.ru": "yandex.ry yandex.r yandex.tu yadex.ru yndex.ru yandx.ru jandex.ru yanex.ru "
        "yandex.con yandeks.ru",
        "rambler.ru": "rambler.ry ramler.ru rambler.r ramblr.ru",
        "bk.ru": "bk.ry bk.tu",
        "list.ru": "list.ry list.tu",
        "inbox.ru": "inbox.ry inbox.tu",
        "ya.ru": "ya.ry ya.tu",
        "icloud.com": "icloud.con iclud.com",
        "outlook.com": "outlook.con outlok.com",
        "hotmail.com": "hotmail.con hotmal.com",
    }.items()
    for slip in slips.split()
}


def compact(text: str) -> str:
    """Return ``text`` with the domain in small letters."""
    local, at, domain = text.rpartition("@")
    return local + at + domain.lower()


def validate(text: str, **_context: Any) -> str:
    """Return the address with its domain in small letters.

    Raises:
        InvalidIdentifier: ``spaces``, ``at``, ``cyrillic_local``, ``local``, ``domain``,
            ``mixed_domain``, ``typo_domain``, ``length``…
    """
    require_text(_KIND, text, 254)
    for at, char in enumerate(text, 1):
        if char.isspace():
            raise InvalidIdentifier(_KIND, "spaces", text, position=at, template=_SPACE)
    if text.count("@") != 1:
        raise InvalidIdentifier(_KIND, "at", text, expected=1, found=text.count("@"))
    local, _, domain = text.partition("@")
    _check_local(text, local)
    _check_domain(text, domain, min(len(local) + 2, len(text)))
    return compact(text)


_SPACE: Final = N_("There is a space at position {position}; an address has none.")


def _check_local(text: str, local: str) -> None:
    if found := _CYRILLIC.search(local):
        raise InvalidIdentifier(
            _KIND, "cyrillic_local", text, position=found.start() + 1, found=found.group()
        )
    if len(local) > 64:
        raise InvalidIdentifier(_KIND, "length", text, expected="≤ 64", found=len(local))
    if not _LOCAL.fullmatch(local):
        raise InvalidIdentifier(_KIND, "local", text, position=1, found=local)


def _check_domain(text: str, domain: str, start: int) -> None:
    labels = domain.lower().split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidIdentifier(_KIND, "domain", text, position=start, found=domain)
    at = start
    for label in labels:
        cyrillic, latin = _CYRILLIC.search(label), _LATIN.search(label)
        if cyrillic and latin:
            odd = cyrillic if len(_LATIN.findall(label)) >= len(_CYRILLIC.findall(label)) else latin
            raise InvalidIdentifier(
                _KIND, "mixed_domain", text, position=at + odd.start(), found=odd.group()
            )
        at += len(label) + 1
    top = labels[-1]
    # A top-level domain has no digits unless it is written in punycode (RFC 3696, 2).
    if len(top) < 2 or not (top.startswith("xn--") or top.isalpha()):
        raise InvalidIdentifier(_KIND, "domain", text, position=start, found=domain)
    meant = _SLIPS.get(domain.lower())
    if meant:
        raise InvalidIdentifier(
            _KIND,
            "typo_domain",
            text,
            position=start,
            expected=meant,
            found=domain,
            suggestions=(Suggestion(text[: start - 1] + meant, "typo"),),
        )


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` with the domain in small letters."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``local`` and ``domain``."""
    local, _, domain = text.rpartition("@")
    return {"local": local, "domain": domain.lower()}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("E-mail address"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
)
