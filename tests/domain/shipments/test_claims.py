from domain.kernel.claims import AnyClaim, Claim, ClaimAction
from domain.shipments.commands import CancelShipment, RegisterTracking, ShipmentCommand
from domain.shipments.decide import DECIDER
from domain.shipments.events import ShipmentEvent, ShipmentStatus
from tests.support.builders import NOW, parcel, registered, scan, scanned

MINE = Claim("tracking#ups#1Z999", "shipment#s1")


def claims(command: ShipmentCommand, *past: ShipmentEvent) -> list[AnyClaim]:
    state = DECIDER.fold.over(past)
    return list(DECIDER.claims(state, DECIDER.decide(command, state)))


def released(claim: Claim) -> Claim:
    return Claim(claim.key, claim.owner, ClaimAction.RELEASE)


def register(number: str) -> RegisterTracking:
    return RegisterTracking("ups", number, NOW)


def test_a_number_is_taken_when_it_is_registered() -> None:
    assert claims(register("1Z999"), parcel()) == [MINE]


def test_another_number_releases_the_former_one() -> None:
    other = Claim("tracking#ups#NEW1", "shipment#s1")
    assert claims(register("NEW1"), parcel(), registered()) == [released(MINE), other]


def test_a_parcel_on_its_way_keeps_its_number() -> None:
    assert claims(scan(ShipmentStatus.PICKED_UP), parcel(), registered()) == []


def test_a_number_is_free_again_when_its_parcel_has_ended() -> None:
    for status in (ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED):
        assert claims(scan(status), parcel(), registered()) == [released(MINE)]
    assert claims(CancelShipment("", NOW), parcel(), registered()) == [released(MINE)]


def test_a_parcel_that_has_ended_claims_nothing_any_more() -> None:
    past = (parcel(), registered(), scanned(ShipmentStatus.DELIVERED))
    assert claims(scan(ShipmentStatus.IN_TRANSIT), *past) == []


def test_a_parcel_without_a_number_claims_nothing() -> None:
    assert claims(CancelShipment("", NOW), parcel()) == []
