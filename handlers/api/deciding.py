"""Deciding in an order's stream on what its payments and shipments say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import Transitioned
from domain.orders.commands import OrderCommand
from domain.orders.decide import DECIDER
from domain.orders.state import OrderState
from domain.policies.dossier import Dossier
from handlers.api.api import Api
from handlers.api.commands import Asking
from handlers.api.looking import opened

LOOKS_MAX: Final = 16


def decided_on_all(
    api: Api, asked: Asking, order_id: str, command: Callable[[Dossier], OrderCommand]
) -> Transitioned[OrderState]:
    """Carry out a command that weighs all of an order's payments, as of the version they were seen.

    Two who ask at once would otherwise both decide on the same sum: the second one looks again.
    Raises Refused: BUSY after LOOKS_MAX looks; the caller's own If-Match is not looked past.
    """
    for _ in range(LOOKS_MAX):
        dossier = opened(api, order_id)
        seen = dict(dossier.versions)[f"order#{order_id}"]
        pinned = asked.expected_version is not None
        wanted = asked if pinned else replace(asked, expected_version=seen)
        try:
            return wanted.carry_out(api.streams.orders, DECIDER, order_id, command(dossier))
        except Refused as refusal:
            if pinned or refusal.reason is not KernelRefusal.STALE_VERSION:
                raise
    raise Refused(KernelRefusal.BUSY, attempts=LOOKS_MAX)
