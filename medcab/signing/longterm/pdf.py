"""Signature-time-stamps inside PDF signatures (PAdES-B-T, EN 319 142-1 6.3), through pyHanko."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from asn1crypto import cms
from pyhanko.sign.timestamps import TimeStamper

from medcab.signing.longterm.tsa import TsaClient

__all__ = ["PdfTimeStamper"]


class PdfTimeStamper(TimeStamper):  # type: ignore[misc]
    """Our client behind pyHanko's interface.

    Args:
        client: where the time-stamps come from.
    """

    def __init__(self, client: TsaClient) -> None:
        super().__init__()
        self._client = client

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """Get a token over ``message_digest``. Raises TimeStampError."""
        token = replace(self._client, digest=md_algorithm).stamp(message_digest)
        return cms.ContentInfo.load(token.raw)
