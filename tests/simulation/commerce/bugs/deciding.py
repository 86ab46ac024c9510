"""Mistakes in the contexts' decisions, and in the policies between them."""

# ruff: noqa: ANN401  # A mistake takes whatever the real function takes.

from dataclasses import replace
from typing import Any, Final

from domain.kernel.ids import derived_id
from domain.payments import decide as payments
from domain.payments.state import Payment
from domain.policies import react
from domain.shipments import decide as shipments
from domain.shipments import state as shipment_state
from tests.simulation.commerce.bugs import Function, Plant
from tests.simulation.commerce.invariants import Invariant


def _asks_again(real: Function) -> Function:
    def request(command: Any, state: Payment) -> object:
        others = tuple(one for one in state.operations if one.operation_id != command.capture_id)
        return real(command, replace(state, operations=others))

    return request


def _keeps_its_number(_real: Function) -> Function:
    def number(state: Any) -> str:
        known = getattr(state, "tracking_number", "")
        return f"tracking#{state.carrier}#{known}" if known else ""

    return number


def _claims_nothing(_real: Function) -> Function:
    return lambda _state: ""


def _goes_by_the_clock(_real: Function) -> Function:
    return lambda scans: max(scans, key=lambda scan: scan.at.utc).status


def _derives_from_nothing_read(_real: Function) -> Function:
    return lambda kind, *parts: derived_id(kind, *(parts if kind != "versions" else ()))


LEGAL, LEDGER, CLAIMED = Invariant.LEGAL, Invariant.LEDGER, Invariant.CLAIMED

PLANTS: Final = {
    "a capture is asked for again": Plant(
        (payments,), "request_capture", _asks_again, (LEGAL, LEDGER)
    ),
    "a parcel keeps its number for ever": Plant(
        (shipments,), "_number_of", _keeps_its_number, (CLAIMED,)
    ),
    "a number is nobody's": Plant((shipments,), "_number_of", _claims_nothing, (CLAIMED,)),
    "a parcel is where it was scanned last": Plant(
        (shipment_state,), "status_of", _goes_by_the_clock, (Invariant.STICKY,)
    ),
    "a policy's command has no version in its id": Plant(
        (react,), "derived_id", _derives_from_nothing_read, (Invariant.AT_REST,)
    ),
}
