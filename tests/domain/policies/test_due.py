"""What follows from what, row by row, and to the cent."""

from dataclasses import replace

import pytest

from domain.kernel.ids import derived_id
from domain.kernel.refused import Refused
from domain.orders import commands as o
from domain.orders.decide import decide as decide_order
from domain.orders.events import (
    AllocationSplit,
    OrderEvent,
    PaymentMode,
    ShipmentAllocated,
)
from domain.payments import commands as p
from domain.payments.events import CaptureFailed, OutcomeUnknown, PaymentCreated
from domain.policies.dossier import Dossier
from domain.policies.due import (
    Due,
    ForOrder,
    ForPayment,
    ForShipment,
    covered_minor,
    due,
    missing_minor,
)
from domain.shipments import commands as s
from domain.shipments.events import ShipmentCancelled, ShipmentStatus
from tests.domain.policies.dossiers import dossier
from tests.support.builders import (
    AT,
    NOW,
    allocated,
    authorised,
    cancelled,
    capture_planned,
    capture_requested,
    captured,
    completed,
    confirmed,
    created,
    declined,
    held,
    imported_order,
    label_requested,
    line_cancelled,
    parcel,
    payment_requested,
    placed,
    portion,
    refund_planned,
    refund_requested,
    refunded,
    registered,
    scanned,
    shipped,
    void_planned,
    void_requested,
    voided,
)

PAID = (placed(), payment_requested(), confirmed())
FIRST = allocated("s1", portion("1", 2, 2000))
SECOND = allocated("s2", portion("2", 3, 999))
BOX = (parcel(("1", 2)),)
OTHER_BOX = (replace(parcel(("2", 3)), shipment_id="s2"),)
PICKED_UP = scanned(ShipmentStatus.PICKED_UP)
DELIVERED = scanned(ShipmentStatus.DELIVERED)


def policies(file: Dossier) -> list[str]:
    return [one.policy for one in due(file, NOW)]


def planned(file: Dossier) -> list[OrderEvent]:
    """Return what the order plans when the money is settled as it is due."""
    (command,) = [one.command for one in due(file, NOW) if one.policy == "settle_money"]
    assert isinstance(command, o.SettleMoney)
    return list(decide_order(command, file.order))


def only(file: Dossier) -> Due:
    (one,) = due(file, NOW)
    return one


# ---- An order is placed, and its payment is not manual ------------------------------------------


def test_a_placed_order_asks_for_its_whole_total_under_an_id_of_its_own() -> None:
    command = o.RequestPayment(derived_id("payment", "o1", "1"), NOW)
    assert only(dossier((placed(),))) == ForOrder("request_payment", "o1", command)
    (event,) = decide_order(command, dossier((placed(),)).order)
    assert event == payment_requested(3499, derived_id("payment", "o1", "1"))


def test_what_was_asked_for_is_created_with_its_authorisation_requested() -> None:
    file = dossier((placed(), replace(payment_requested(), method="card")))
    command = p.CreatePayment("p1", "o1", "c1", 3499, "EUR", NOW, "card")
    assert only(file) == ForPayment("create_payment", "p1", command)


def test_nothing_is_due_while_the_provider_has_not_answered() -> None:
    for past in ((created(3499),), (created(3499), OutcomeUnknown(p.AUTHORISATION, AT))):
        assert policies(dossier((placed(), payment_requested()), (past,))) == []


def test_payments_started_by_hand_are_not_started_by_us_but_carried_out() -> None:
    manual = replace(placed(), payment=PaymentMode.MANUAL)
    assert policies(dossier((manual,))) == []
    assert policies(dossier((manual, payment_requested(1)))) == ["create_payment"]


def test_a_declined_card_is_not_tried_again_by_itself() -> None:
    assert policies(dossier((placed(), payment_requested()), ((declined(3499),),))) == []


def test_what_was_added_later_is_asked_for_in_a_second_payment() -> None:
    file = dossier((placed(shipping=501), payment_requested(3499)), ((authorised(3499),),))
    assert only(file) == ForOrder(
        "request_payment", "o1", o.RequestPayment(derived_id("payment", "o1", "2"), NOW)
    )


def test_an_order_that_costs_nothing_needs_no_payment() -> None:
    free = dossier((replace(placed(shipping=0), lines=()),))
    assert policies(free) == ["confirm"]


def test_a_cancelled_order_asks_for_nothing_and_creates_nothing() -> None:
    assert policies(dossier((placed(), cancelled()))) == []
    assert policies(dossier((placed(), payment_requested(), cancelled()))) == []


# ---- Authorised, over all payments, covers what is due ------------------------------------------


def test_an_order_is_confirmed_when_all_its_payments_together_cover_it() -> None:
    two = (placed(), payment_requested(3000), payment_requested(499, "p2"))
    second = tuple(
        replace(event, payment_id="p2") if isinstance(event, PaymentCreated) else event
        for event in authorised(499)
    )
    file = dossier(two, ((authorised(3000),), second))
    assert only(file) == ForOrder("confirm", "o1", o.ConfirmOrder(3499, NOW))
    assert (covered_minor(file), missing_minor(file)) == (3499, 0)


def test_a_cent_too_little_confirms_nothing() -> None:
    manual = replace(placed(), payment=PaymentMode.MANUAL)
    file = dossier((manual, payment_requested(3498)), ((authorised(3498),),))
    assert policies(file) == []
    assert (covered_minor(file), missing_minor(file)) == (3498, 1)


def test_what_is_still_being_asked_for_is_neither_covered_nor_missing() -> None:
    file = dossier((placed(), payment_requested()), ((created(3499),),))
    assert (covered_minor(file), missing_minor(file)) == (0, 0)


def test_an_order_on_hold_waits() -> None:
    file = dossier((placed(), payment_requested(), held()), ((authorised(3499),),))
    assert policies(file) == []


# ---- A shipment has its first physical scan -----------------------------------------------------


def test_a_shipment_is_created_as_it_was_allocated() -> None:
    label = replace(FIRST, carrier="ups")
    file = dossier((*PAID, label, SECOND), ((authorised(3499),),))
    assert due(file, NOW) == (
        ForShipment(
            "create_shipment",
            "s1",
            s.CreateShipment("s1", "o1", "c1", shipped(("1", 2)), NOW, "ups"),
        ),
        ForShipment(
            "create_shipment", "s2", s.CreateShipment("s2", "o1", "c1", shipped(("2", 3)), NOW)
        ),
    )


def test_a_number_that_the_caller_named_is_registered_once_the_shipment_exists() -> None:
    named = ShipmentAllocated("s1", FIRST.portions, AT, "ups", "1Z999")
    file = dossier((*PAID, named), ((authorised(3499),),))
    command = s.CreateShipment("s1", "o1", "c1", shipped(("1", 2)), NOW)
    assert only(file) == ForShipment("create_shipment", "s1", command)
    file = dossier((*PAID, named), ((authorised(3499),),), (BOX,))
    assert only(file) == ForShipment(
        "register_tracking", "s1", s.RegisterTracking("ups", "1Z999", NOW)
    )
    file = dossier((*PAID, named), ((authorised(3499),),), ((*BOX, registered()),))
    assert policies(file) == []


def test_the_first_parcel_on_its_way_pays_for_its_lines_and_the_shipping() -> None:
    file = dossier((*PAID, FIRST, SECOND), ((authorised(3499),),), (BOX, (*OTHER_BOX, PICKED_UP)))
    assert planned(file) == [capture_planned(1, 1499, "s2")]


@pytest.mark.parametrize("status", ["pre_transit", "unknown"])
def test_what_no_carrier_has_in_hand_is_not_paid_for(status: str) -> None:
    paper = scanned(ShipmentStatus(status))
    file = dossier((*PAID, FIRST), ((authorised(3499),),), ((*BOX, label_requested(), paper),))
    assert policies(file) == []


def test_a_capture_is_asked_of_its_payment_under_the_plans_own_id() -> None:
    past = (*PAID, FIRST, capture_planned(1, 2500, "s1"))
    file = dossier(past, ((authorised(3499),),), ((*BOX, PICKED_UP),))
    assert only(file) == ForPayment(
        "request_capture", "p1", p.RequestCapture("capture-1", 2500, NOW)
    )
    asked = (authorised(3499), capture_requested("capture-1", 2500))
    assert policies(dossier(past, (asked,), ((*BOX, PICKED_UP),))) == []


def test_never_more_than_is_held_is_captured() -> None:
    manual = replace(placed(), payment=PaymentMode.MANUAL)
    past = (manual, payment_requested(2000), confirmed(), FIRST)
    file = dossier(past, ((authorised(2000),),), ((*BOX, PICKED_UP),))
    assert planned(file) == [capture_planned(1, 2000, "s1")]


def test_a_capture_that_the_provider_refused_is_left_to_a_person() -> None:
    past = (*PAID, FIRST, capture_planned(1, 2500, "s1"))
    payment = (
        authorised(3499),
        capture_requested("capture-1", 2500),
        CaptureFailed("capture-1", "no", AT),
    )
    assert policies(dossier(past, (payment,), ((*BOX, PICKED_UP),))) == []


# ---- An order or a line is cancelled ------------------------------------------------------------


def test_a_cancelled_line_lets_go_of_exactly_its_share() -> None:
    file = dossier((*PAID, line_cancelled("2", 1, 333)), ((authorised(3499),),))
    assert planned(file) == [void_planned(1, 333)]


def test_a_cancelled_order_lets_go_of_what_is_held_and_gives_back_what_was_taken() -> None:
    past = (*PAID, capture_planned(1, 1000), cancelled())
    payment = (authorised(3499), captured("capture-1", 1000))
    file = dossier(past, (payment,))
    assert planned(file) == [void_planned(2, 2499), refund_planned(3, 1000)]


def test_voids_and_refunds_are_asked_of_their_payment() -> None:
    plan = (capture_planned(1, 1000), cancelled(), void_planned(2, 2499), refund_planned(3, 1000))
    payment = (authorised(3499), captured("capture-1", 1000))
    assert due(dossier((*PAID, *plan), (payment,)), NOW) == (
        ForPayment("request_void", "p1", p.RequestVoid("void-2", 2499, NOW)),
        ForPayment("request_refund", "p1", p.RequestRefund("refund-3", 1000, NOW)),
    )
    done = (*payment, voided("void-2", 2499), refunded("refund-3", 1000))
    assert policies(dossier((*PAID, *plan), (done,))) == []


def test_a_cancelled_shipments_units_are_free_again() -> None:
    box = (*BOX, ShipmentCancelled("", AT))
    file = dossier((*PAID, FIRST), ((authorised(3499),),), (box,))
    assert only(file) == ForOrder("release_allocation", "o1", o.ReleaseAllocation("s1", NOW))


def test_a_split_shipment_keeps_what_was_left_to_it() -> None:
    split = AllocationSplit("s1", "s3", (portion("1", 1, 1000),), AT)
    file = dossier((*PAID, FIRST, split), ((authorised(3499),),), (BOX,))
    assert due(file, NOW) == (
        ForShipment("split_shipment", "s1", s.KeepLines(shipped(("1", 1)), NOW)),
        ForShipment(
            "create_shipment", "s3", s.CreateShipment("s3", "o1", "c1", shipped(("1", 1)), NOW)
        ),
    )


# ---- Every quantity has arrived and the balance is 0 --------------------------------------------

SENT = (*PAID, FIRST, SECOND, capture_planned(1, 2500, "s1"), capture_planned(2, 999, "s2"))
TAKEN = (authorised(3499), captured("capture-1", 2500), captured("capture-2", 999))
ARRIVED = ((*BOX, DELIVERED), (*OTHER_BOX, DELIVERED))


def test_an_order_is_completed_when_all_has_arrived_and_is_paid() -> None:
    command = o.CompleteOrder(("s1", "s2"), 0, NOW)
    assert only(dossier(SENT, (TAKEN,), ARRIVED)) == ForOrder("complete", "o1", command)


def test_a_parcel_that_came_back_has_ended_as_well() -> None:
    back = (*OTHER_BOX, scanned(ShipmentStatus.RETURNED))
    assert policies(dossier(SENT, (TAKEN,), (ARRIVED[0], back))) == ["complete"]


def test_a_cancelled_rest_does_not_keep_an_order_open() -> None:
    past = (
        *(*PAID, FIRST, line_cancelled("2", 3, 999)),
        *(capture_planned(1, 2500, "s1"), void_planned(2, 999)),
    )
    payment = (authorised(3499), captured("capture-1", 2500), voided("void-2", 999))
    assert policies(dossier(past, (payment,), ARRIVED[:1])) == ["complete"]


@pytest.mark.parametrize("status", ["in_transit", "lost", "destroyed", "returning"])
def test_a_parcel_that_has_not_arrived_keeps_an_order_open(status: str) -> None:
    moving = (*OTHER_BOX, scanned(ShipmentStatus(status)))
    assert policies(dossier(SENT, (TAKEN,), (ARRIVED[0], moving))) == []


def test_money_on_its_way_keeps_an_order_open() -> None:
    waiting = (*TAKEN[:2], capture_requested("capture-2", 999))
    assert policies(dossier(SENT, (waiting,), ARRIVED)) == []
    letting_go = (authorised(3500), *TAKEN[1:], void_requested("void-3", 1))
    too_much = (placed(), payment_requested(3500), *SENT[2:], void_planned(3, 1))
    assert policies(dossier(too_much, (letting_go,), ARRIVED)) == []
    returning = (*SENT, refund_planned(3, 5, credited=5))
    asked = (*TAKEN, refund_requested("refund-3", 5))
    assert policies(dossier(returning, (asked,), ARRIVED)) == []
    assert policies(dossier(returning, ((*TAKEN, refunded("refund-3", 5)),), ARRIVED)) == [
        "complete"
    ]


def test_an_order_on_hold_and_one_that_is_complete_are_left_alone() -> None:
    assert policies(dossier((*SENT, held()), (TAKEN,), ARRIVED)) == []
    assert policies(dossier((*SENT, completed()), (TAKEN,), ARRIVED)) == []


# ---- History ------------------------------------------------------------------------------------


def test_nothing_is_due_on_imported_history() -> None:
    past = (imported_order(), payment_requested(9999), FIRST)
    assert policies(dossier(past, ((authorised(9999),),), ((*BOX, DELIVERED),))) == []


def test_what_is_due_is_accepted_by_the_order_that_it_is_due_to() -> None:
    file = dossier((*PAID, FIRST, SECOND), ((authorised(3499),),), ARRIVED)
    for one in due(file, NOW):
        assert isinstance(one, ForOrder)
        try:
            assert decide_order(one.command, file.order)
        except Refused as refusal:
            raise AssertionError(one) from refusal
