from domain.shipments.commands import (
    LabelAnswer,
    LabelBought,
    LabelDenied,
    LabelPending,
    RecordLabel,
    ShipmentRefusal,
)
from domain.shipments.events import LabelRefused, LabelUnknown, ShipmentCancelled
from tests.support.builders import AT, NOW, label_requested, parcel, registered, shipment_after
from tests.support.given import given

ASKED = (parcel(), label_requested())
UNKNOWN = LabelUnknown("ups", AT)
REFUSED = LabelRefused("ups", "too_heavy", AT)


def label(said: LabelAnswer) -> RecordLabel:
    return RecordLabel(said, NOW)


def test_a_bought_label_is_a_registered_number() -> None:
    given(*ASKED).when(label(LabelBought("1z999"))).then(registered("1Z999"))
    shipment = shipment_after(*ASKED, registered())
    assert (shipment.status, shipment.label_open) == ("label_purchased", False)


def test_a_refused_label_says_why_and_can_be_asked_for_anew() -> None:
    given(*ASKED).when(label(LabelDenied("too_heavy"))).then(REFUSED)
    assert shipment_after(*ASKED, REFUSED).label_refused == "too_heavy"
    again = shipment_after(*ASKED, REFUSED, label_requested())
    assert (again.label_open, again.label_refused) == (True, "")


def test_no_answer_is_neither_yes_nor_no_and_is_recorded_once() -> None:
    given(*ASKED).when(label(LabelPending())).then(UNKNOWN)
    given(*ASKED, UNKNOWN).when(label(LabelPending())).then_nothing()
    given(*ASKED, UNKNOWN).when(label(LabelBought("1Z999"))).then(registered())
    assert shipment_after(*ASKED, UNKNOWN).label_open


def test_an_answer_that_nobody_waits_for_is_nothing_new() -> None:
    for past in (
        (parcel(),),
        (*ASKED, registered()),
        (*ASKED, REFUSED),
        (*ASKED, ShipmentCancelled("", AT)),
    ):
        for said in (LabelBought("1Z999"), LabelDenied("no"), LabelPending()):
            given(*past).when(label(said)).then_nothing()


def test_a_number_that_cannot_be_one_is_no_answer() -> None:
    given(*ASKED).when(label(LabelBought("?"))).then_refused(
        ShipmentRefusal.INVALID_TRACKING_NUMBER
    )


def test_there_is_no_label_without_a_parcel() -> None:
    given().when(label(LabelPending())).then_refused(ShipmentRefusal.SHIPMENT_NOT_FOUND)
