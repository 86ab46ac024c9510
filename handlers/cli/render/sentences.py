"""Sentences: one a kind of event, from its stored fields."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from handlers.cli.render.money import amount
from handlers.cli.render.text import clean, counted, listed, short, words

Fields = Mapping[str, Any]
Sentence = Callable[[Fields, str], str]


def sentence(kind: str, fields: Fields, currency: str) -> str:
    """Say what an event is about; `currency` is for amounts that do not name theirs."""
    tell = _SENTENCES.get(kind)
    return tell(fields, currency) if tell else words(kind)


def _placed(fields: Fields, currency: str) -> str:
    said = [
        f"placed: {counted(len(fields.get('lines') or ()), 'line')}",
        f"total {amount(fields, 'total', currency)}",
        f"shipping {amount(fields, 'shipping', currency)} of it",
    ]
    if source := fields.get("source"):
        said.append(f"imported from {clean(source)} as {words(fields.get('source_status'))}")
    return ", ".join(said)


def _portions(fields: Fields) -> str:
    lines = [f"{one['quantity']} of line {clean(one['line_id'])}" for one in fields["portions"]]
    return listed(lines) if lines else "nothing that is known"


def _allocated(fields: Fields, _currency: str) -> str:
    carrier = f" with {clean(fields['carrier'])}" if fields.get("carrier") else ""
    return f"set aside for {_parcel(fields)}{carrier}: {_portions(fields)}"


def _parcel(fields: Fields) -> str:
    return f"shipment {short(fields.get('shipment_id'), 36)}"


def _line_cancelled(fields: Fields, currency: str) -> str:
    gone = fields["cancelled"]
    worth = amount(gone, "amount", str(fields.get("currency") or currency))
    return f"{gone['quantity']} of line {clean(gone['line_id'])} cancelled, {worth}{_why(fields)}"


def _modified(fields: Fields, currency: str) -> str:
    before = amount(fields, "total_before", currency)
    return f"modified: total {before} is now {amount(fields, 'total_after', currency)}"


def _why(fields: Fields) -> str:
    return f" ({words(fields['reason'])})" if fields.get("reason") else ""


def _created(fields: Fields, currency: str) -> str:
    parts = [f"payment of {amount(fields, 'amount', currency)}"]
    if fields.get("method"):
        parts.append(f"by {words(fields['method'])}")
    if (instalments := fields.get("instalments") or 1) > 1:
        parts.append(f"in {instalments} instalments")
    return " ".join(parts)


def _scanned(fields: Fields, _currency: str) -> str:
    where = f" in {clean(fields['location'])}" if fields.get("location") else ""
    return f"scanned: {words(fields.get('status'))}{where}"


def _shipment(fields: Fields, _currency: str) -> str:
    units = sum(line["quantity"] for line in fields.get("lines") or ())
    seller = f" from seller {short(fields['seller_id'])}" if fields.get("seller_id") else ""
    return f"parcel of {counted(units, 'unit')}{seller}"


def _money(text: str, name: str = "amount") -> Sentence:
    return lambda fields, currency: f"{text} {amount(fields, name, currency)}{_why(fields)}"


def _coded(text: str, name: str = "code") -> Sentence:
    return lambda fields, _currency: f"{text}: {words(fields.get(name))}"


def _plain(text: str) -> Sentence:
    return lambda fields, _currency: text + _why(fields)


_SENTENCES: Final[dict[str, Sentence]] = {
    "OrderPlaced": _placed,
    "OrderConfirmed": _plain("confirmed"),
    "OrderHeld": _plain("on hold"),
    "OrderReleased": _plain("released"),
    "OrderModified": _modified,
    "LineCancelled": _line_cancelled,
    "OrderCancelled": _plain("cancelled"),
    "OrderCompleted": _plain("completed"),
    "PaymentRequested": _money("payment asked for:"),
    "ShipmentAllocated": _allocated,
    "AllocationSplit": lambda fields, _: f"split from {_parcel(fields)}: {_portions(fields)}",
    "AllocationReleased": lambda fields, _: f"{_parcel(fields)} will not leave; its units are free",
    "CapturePlanned": _money("to be taken:"),
    "VoidPlanned": _money("to be let go:"),
    "RefundPlanned": _money("to be given back:"),
    "AnomalyRecorded": lambda fields, _: (
        f"anomaly, {words(fields.get('kind'))}: {clean(fields.get('detail'))}"
    ),
    "PaymentCreated": _created,
    "AuthorisationRequested": _money("authorisation asked of the provider:"),
    "PaymentAuthorised": _money("authorised:"),
    "PaymentDeclined": _coded("declined"),
    "CaptureRequested": _money("capture asked of the provider:"),
    "CaptureSucceeded": _money("taken:"),
    "CaptureFailed": _coded("not taken"),
    "VoidRequested": _money("void asked of the provider:"),
    "VoidSucceeded": _money("let go:"),
    "VoidFailed": _coded("not let go"),
    "RefundRequested": _money("refund asked of the provider:"),
    "RefundSucceeded": _money("given back:"),
    "RefundFailed": _money("refund failed:"),
    "RefundReversed": _money("refund came back:"),
    "OutcomeUnknown": _coded("no answer yet", "operation_id"),
    "AnswerContradicted": _coded("the provider contradicts itself", "detail"),
    "ShipmentCreated": _shipment,
    "ShipmentSplit": _plain("units moved to parcels of their own"),
    "LabelRequested": _coded("label asked for", "carrier"),
    "LabelRefused": _coded("label refused"),
    "LabelUnknown": _coded("no answer on the label yet", "carrier"),
    "TrackingRegistered": lambda fields, _: (
        f"travels as {clean(fields.get('carrier'))} {clean(fields.get('tracking_number'))}"
    ),
    "ScanRecorded": _scanned,
    "ShipmentStatusChanged": lambda fields, _: (
        f"{words(fields.get('before'))} is now {words(fields.get('after'))}"
    ),
    "ShipmentDelivered": _plain("delivered"),
    "ReturnedToSender": _plain("returned to its sender"),
    "ScanAnomalyRecorded": _coded("anomaly in a scan", "kind"),
    "ShipmentCancelled": _plain("will not be sent"),
}


def known_kinds() -> frozenset[str]:
    """Name the kinds of events that have a sentence of their own."""
    return frozenset(_SENTENCES)
