from dataclasses import replace

import pytest

from domain.kernel.refused import KernelRefusal
from domain.shipments import events as e
from domain.shipments.commands import (
    CancelShipment,
    CreateShipment,
    ImportedScan,
    ImportShipment,
    KeepLines,
    RegisterTracking,
    ShipmentRefusal,
)
from domain.shipments.events import ShipmentStatus
from domain.shipments.scans import scan_id
from tests.support.builders import (
    AT,
    NOW,
    label_requested,
    minute,
    parcel,
    registered,
    scan,
    scanned,
    shipment_after,
    shipped,
)
from tests.support.given import given

LINES = shipped(("1", 2), ("2", 3))
CREATE = CreateShipment("s1", "o1", "c1", LINES, NOW)
CANCELLED = e.ShipmentCancelled("", AT)
MOVING = scanned(ShipmentStatus.PICKED_UP)


def register(number: str = "1Z999", carrier: str = "ups") -> RegisterTracking:
    return RegisterTracking(carrier, number, NOW)


def test_a_parcel_is_created_with_its_units() -> None:
    given().when(CREATE).then(parcel())


def test_with_a_carrier_alone_a_label_is_asked_for() -> None:
    given().when(replace(CREATE, carrier="ups")).then(parcel(), label_requested())


def test_the_same_parcel_is_created_once_and_belongs_to_one_order() -> None:
    given(parcel()).when(CREATE).then_nothing()
    given(parcel()).when(replace(CREATE, order_id="o2")).then_refused(
        ShipmentRefusal.SHIPMENT_EXISTS, "shipment_id"
    )


def test_odd_parcels_are_refused() -> None:
    given().when(replace(CREATE, shipment_id="s/1")).then_refused(
        KernelRefusal.INVALID_ID, "shipment_id"
    )
    given().when(replace(CREATE, carrier="U P S")).then_refused(
        ShipmentRefusal.INVALID_CARRIER, "carrier"
    )


@pytest.mark.parametrize("carrier", ["UPS", "", "-ups", "u p s", "a" * 41, "ups\n"])
def test_a_carriers_code_is_short_and_lower_case(carrier: str) -> None:
    given(parcel()).when(register(carrier=carrier)).then_refused(
        ShipmentRefusal.INVALID_CARRIER, "carrier"
    )


@pytest.mark.parametrize("number", ["", "1Z9", "#1234", "A" * 65, "12_34", "----"])
def test_a_tracking_number_has_letters_and_digits(number: str) -> None:
    given(parcel()).when(register(number)).then_refused(
        ShipmentRefusal.INVALID_TRACKING_NUMBER, "tracking_number"
    )


@pytest.mark.parametrize("number", ["1234", "A" * 64, "1z 9-99 ", "1Z\t999"])
def test_blanks_hyphens_and_small_letters_make_no_other_number(number: str) -> None:
    asking = given(parcel()).when(register(number))
    assert asking.state().tracking_number == number.upper().translate({32: "", 9: "", 45: ""})
    given(parcel(), *asking.decided()).when(register(number)).then_nothing()


def test_a_number_can_be_corrected_until_a_carrier_has_the_parcel() -> None:
    given(parcel(), registered("OLD1")).when(register("NEW1")).then(registered("NEW1"))
    shipment = shipment_after(parcel(), registered("OLD1"), registered("NEW1"))
    assert (shipment.tracking_number, shipment.former_numbers) == ("NEW1", (("ups", "OLD1"),))
    given(parcel(), registered("OLD1"), MOVING).when(register("NEW1")).then_refused(
        ShipmentRefusal.ALREADY_MOVING, "tracking_number"
    )


@pytest.mark.parametrize("end", [CANCELLED, scanned(ShipmentStatus.DELIVERED)])
def test_a_parcel_that_has_ended_gets_no_other_number(end: e.ShipmentEvent) -> None:
    given(parcel(), registered(), end).when(register("NEW1")).then_refused(
        ShipmentRefusal.SHIPMENT_CLOSED
    )


def test_a_parcel_is_cancelled_once_and_not_when_it_moves() -> None:
    command = CancelShipment("", NOW)
    given(parcel(), registered()).when(command).then(CANCELLED)
    given(parcel(), scanned(ShipmentStatus.PRE_TRANSIT)).when(command).then(CANCELLED)
    given(parcel(), CANCELLED).when(command).then_nothing()
    for status in (ShipmentStatus.PICKED_UP, ShipmentStatus.DELIVERED, ShipmentStatus.LOST):
        given(parcel(), scanned(status)).when(command).then_refused(
            ShipmentRefusal.ALREADY_MOVING, status=status.value
        )


def test_units_that_have_a_parcel_of_their_own_are_let_go_once() -> None:
    kept = shipped(("1", 1))
    split = e.ShipmentSplit(kept, AT)
    given(parcel()).when(KeepLines(kept, NOW)).then(split)
    given(parcel(), split).when(KeepLines(kept, NOW)).then_nothing()
    assert shipment_after(parcel(), split).lines == kept


@pytest.mark.parametrize(
    "command",
    [
        register(),
        CancelShipment("", NOW),
        KeepLines((), NOW),
        scan(ShipmentStatus.DELIVERED),
    ],
)
def test_nothing_is_asked_of_a_parcel_that_does_not_exist(
    command: RegisterTracking | CancelShipment | KeepLines,
) -> None:
    given().when(command).then_refused(ShipmentRefusal.SHIPMENT_NOT_FOUND, "shipment_id")


def test_the_first_event_of_a_parcel_is_its_creation() -> None:
    with pytest.raises(TypeError, match="first event"):
        shipment_after(registered())


HISTORY = ImportShipment(
    shipment_id="s1",
    order_id="o1",
    customer_id="c1",
    lines=LINES,
    seller_id="seller",
    created=minute(0),
    scans=(
        ImportedScan(ShipmentStatus.PICKED_UP, minute(1)),
        ImportedScan(ShipmentStatus.DELIVERED, minute(2)),
    ),
    now=NOW,
)


def test_a_parcels_history_is_taken_over_scan_by_scan() -> None:
    created = replace(parcel(), at=minute(0), seller_id="seller", imported=True)
    picked = scanned(ShipmentStatus.PICKED_UP, minute(1), "imported")
    arrived = scanned(ShipmentStatus.DELIVERED, minute(2), "imported")
    change = e.ShipmentStatusChanged
    given().when(HISTORY).then(
        created,
        picked,
        change(ShipmentStatus.CREATED, ShipmentStatus.PICKED_UP, picked.scan_id, minute(1)),
        arrived,
        change(ShipmentStatus.PICKED_UP, ShipmentStatus.DELIVERED, arrived.scan_id, minute(2)),
        e.ShipmentDelivered(minute(2)),
    )
    given(created).when(HISTORY).then_nothing()


def test_scans_of_an_imported_parcel_are_recorded_too() -> None:
    imported = replace(parcel(), imported=True)
    asking = given(imported).when(scan(ShipmentStatus.PICKED_UP))
    assert asking.state().scans[0].scan_id == scan_id(ShipmentStatus.PICKED_UP, AT, "", "")


def test_delivery_before_hand_over_is_taken_over_as_it_is() -> None:
    scans = (
        ImportedScan(ShipmentStatus.PICKED_UP, minute(2)),
        ImportedScan(ShipmentStatus.DELIVERED, minute(1)),
    )
    shipment = given().when(replace(HISTORY, scans=scans)).state()
    assert (shipment.status, shipment.anomalies) == ("delivered", ("late",))
    assert (shipment.handed_over_at, shipment.delivered_at) == (minute(2), minute(1))
