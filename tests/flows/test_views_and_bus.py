"""Views and bus under every disorder that a stream may bring."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.commits import Commit
from domain.kernel.times import When
from domain.orders import commands as o
from domain.policies.history import in_order
from domain.published.ports import MalformedEntryError, Outgoing
from domain.shipments import commands as s
from domain.shipments.events import ShipmentStatus
from tests.support.world import World, place


def lived_world(orders: int = 3) -> World:
    """Some orders, delivered, cancelled and open, before any view or bus has heard of them."""
    world = World()
    for number in range(orders):
        live(world, number)
    return world


def live(world: World, number: int) -> None:
    """Let every third order be delivered, every third be cancelled, and the rest stay open."""
    order_id, shipment_id = f"o{number}", f"s{number}"
    world.order(order_id, place(order_id))
    world.run(order_id)
    if number % 3 == 1:
        world.order(order_id, lambda now: o.CancelOrder("test", now))
    if number % 3 == 0:
        tracking = f"1Z{number}999"
        world.order(order_id, lambda now: o.AllocateShipment(shipment_id, (), now, "ups", tracking))
        world.run(order_id)
        scan(world, shipment_id, ShipmentStatus.PICKED_UP)
        scan(world, shipment_id, ShipmentStatus.DELIVERED)
    world.run(order_id)


def scan(world: World, shipment_id: str, status: ShipmentStatus) -> None:
    """Let the carrier see a parcel."""
    world.shipment(shipment_id, lambda now: s.RecordScan(status, When(now), now))


def deliveries(world: World, random: Random) -> list[Commit[object]]:
    """Every commit twice, shuffled, with one in ten withheld altogether."""
    commits = [one for one in world.commits() if random.random() >= 0.1]
    twice = commits + commits
    random.shuffle(twice)
    return twice


@given(st.integers(min_value=0, max_value=2**32))
def test_doubled_shuffled_and_withheld_records_leave_the_views_equal_to_the_folds(
    seed: int,
) -> None:
    world, random = lived_world(), Random(seed)
    arriving = deliveries(world, random)
    while arriving:
        size = random.randint(1, 10)
        batch, arriving = arriving[:size], arriving[size:]
        assert not world.project(batch)
        assert not world.broadcast(batch)
    world.sweep()
    assert world.bytes_of_views() == world.bytes_of_folds()
    assert {(one.stream, one.version) for one in world.views.events.values()} == {
        (commit.stream, version)
        for commit in world.commits()
        for version in range(commit.first, commit.last + 1)
    }


@given(st.integers(min_value=0, max_value=2**32))
def test_every_published_event_leaves_at_least_once_under_one_id_and_without_a_gap(
    seed: int,
) -> None:
    world, random = lived_world(), Random(seed)
    assert not world.broadcast(deliveries(world, random))
    world.sweep()
    by_id: dict[str, Outgoing] = {}
    for one in world.bus.sent:
        assert by_id.setdefault(one.event_id, one) == one
    for commits in world.shared.commits.values():
        sequence = sorted(one.sequence for one in by_id.values() if one.stream == commits[0].stream)
        assert sequence == list(range(1, commits[-1].published + 1))


def test_a_second_sweep_finds_nothing_to_do() -> None:
    world = lived_world()
    first = world.sweep()
    assert first.projected == first.streams == first.broadcast
    second = world.sweep()
    assert (second.projected, second.broadcast, second.reacted, second.failed) == (0, 0, 0, 0)


def test_the_sweeper_carries_out_what_a_lost_notice_left_undone() -> None:
    world = World()
    world.order("o1", place())
    for _ in range(4):
        world.sweep()
    assert world.standing("o1").status == "confirmed"


def test_a_commit_that_can_never_leave_is_parked_and_the_others_go_on() -> None:
    world = lived_world()
    accept = world.bus.publish

    def refuse_one(outgoing: list[Outgoing]) -> frozenset[int]:
        if any(one.stream == "order#o1" for one in outgoing):
            message = "too strange"
            raise MalformedEntryError(message)
        return accept(outgoing)

    world.bus.publish = refuse_one  # type: ignore[assignment, method-assign]
    assert not world.broadcast(world.commits())
    assert {parked.stream for parked in world.parking.parked()} == {"order#o1"}
    assert {one.stream for one in world.bus.sent} == set(world.shared.commits) - {"order#o1"}
    assert {one.stream for one in world.notices.sent} == set(world.shared.commits)
    assert world.marks.read("broadcast", ["order#o1"]) == {"order#o1": 0}
    world.sweep()
    assert list(world.parking.parked())
    world.bus.publish = accept  # type: ignore[method-assign]
    assert world.sweep().broadcast == 1
    assert not list(world.parking.parked())
    assert {one.stream for one in world.bus.sent} == set(world.shared.commits)


def test_what_the_bus_did_not_accept_is_handed_back_with_everything_after_it() -> None:
    world = lived_world()
    commits = world.commits()
    publishing = [
        i for i, one in enumerate(commits) if world.broadcaster.send([one]) == frozenset()
    ]
    accept = world.bus.publish
    world.bus.publish = lambda outgoing: frozenset({3})  # type: ignore[method-assign]  # noqa: ARG005  # A keyword of the port.
    undone = world.broadcast(commits)
    assert undone
    assert world.marks.marks.keys() <= {("broadcast", one.stream) for one in commits[: min(undone)]}
    world.bus.publish = accept  # type: ignore[method-assign]
    assert not world.broadcast(commits[min(undone) :])
    assert publishing


def test_a_timeline_keeps_each_streams_own_order_whatever_its_times_claim() -> None:
    world = lived_world()
    world.project(world.commits())
    timeline = in_order(world.views.order("o0").timeline)
    for stream in {one.stream for one in timeline}:
        versions = [one.version for one in timeline if one.stream == stream]
        assert versions == sorted(versions)


def test_a_sweep_leaves_alone_what_is_so_new_that_its_readers_are_still_coming() -> None:
    world = World()
    world.order("o1", place())
    assert world.sweep(timedelta(minutes=1)).streams == 0
    world.now += timedelta(minutes=2)
    assert world.sweep(timedelta(minutes=1)).projected == 1
