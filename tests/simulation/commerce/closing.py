"""The end of a schedule: the trouble is over, everything comes to rest, and all must be well."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from domain.kernel.commits import follow, start
from domain.kernel.ids import derived_id
from domain.payments.state import Payment, Progress
from domain.policies.dossier import Dossier, open_dossier
from domain.policies.due import due
from domain.policies.react import react
from domain.published.ports import notice_of
from domain.shipments.state import Shipment
from handlers.streams.projection import categories
from tests.simulation.commerce.callers import CARRIERS
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.records import BATCH
from tests.simulation.commerce.schedule import Schedule

ROUNDS_MAX: Final = 16
RECEIVED_AT_ONCE: Final = 10
BY_SWEEPS_ALONE: Final = 0.15
LATER: Final = (
    timedelta(seconds=1),
    timedelta(seconds=301),
    timedelta(minutes=11),
    timedelta(minutes=61),
    timedelta(hours=25),
    timedelta(days=4),
    timedelta(days=15),
    timedelta(days=366),
)
"""Each outlives one more of the windows in which somebody remembers what was said before."""


def close(schedule: Schedule) -> None:
    """End the trouble, let everything come to rest, check it, and tell it all again."""
    repeating = schedule.engine.mood.repeating
    come_to_rest(schedule)
    check(schedule)
    if schedule.dice.chance(repeating):
        _again(schedule)


def come_to_rest(schedule: Schedule) -> None:
    """Let everybody act in peace until nothing moves."""
    engine, world = schedule.engine, schedule.world
    while engine.paused:
        schedule.engine.resume(0)
    engine.calm()
    if schedule.dice.chance(BY_SWEEPS_ALONE):
        engine.met["healed by sweeps alone"] += 1
        lose_wake_ups(schedule)
    # Beyond every clock that was ahead, so that nothing is too new to be swept.
    world.pass_time(max(_newest(schedule), engine.now) + timedelta(days=2))
    for _ in range(ROUNDS_MAX):
        drain(schedule)
        before = _stands(schedule)
        schedule.sweep(0)
        world.pass_time(engine.now + timedelta(hours=1))
        if _stands(schedule) == before and _found_nothing(schedule) and not _has_work(schedule):
            return
    raise Broken(Invariant.AT_REST, f"after {ROUNDS_MAX} rounds there is still {schedule.swept}")


def _found_nothing(schedule: Schedule) -> bool:
    """Whether the last sweep had nothing to close."""
    swept = schedule.swept
    return swept is not None and not any(
        swept[name] for name in ("projected", "broadcast", "parked", "failed")
    )


def lose_wake_ups(schedule: Schedule) -> None:
    """Lose all records and messages that nobody has handled yet."""
    world = schedule.world
    for mapping in (world.project, world.broadcast):
        mapping.skip()
    for queue in world.queues.values():
        queue.purge()


def _newest(schedule: Schedule) -> datetime:
    commits = schedule.world.witness.commits.values()
    return max((commit.recorded_at for commit in commits), default=schedule.engine.now)


def _stands(schedule: Schedule) -> tuple[int, int]:
    world = schedule.world
    return len(world.witness.commits), sum(world.book.times.values())


def _has_work(schedule: Schedule) -> bool:
    world = schedule.world
    return (
        bool(world.project.ready() or world.broadcast.ready())
        or any(queue.messages or queue.dead for queue in world.queues.values())
        or any(not wish.is_over for wish in schedule.callers.wishes)
    )


def drain(schedule: Schedule) -> None:
    """Let streams and queues run empty and callers be answered, as far as that goes by itself."""
    world = schedule.world
    for _ in range(ROUNDS_MAX):
        for wish in schedule.callers.wishes:
            if not wish.is_over:
                schedule.ask(wish)
        for mapping in (world.project, world.broadcast):
            while schedule.read(mapping, BATCH):
                pass
        for queue in world.queues.values():
            queue.redrive(schedule.engine.now)
            while schedule.receive(queue, RECEIVED_AT_ONCE):
                pass
        if not _has_work(schedule):
            return
        world.pass_time(schedule.engine.now + timedelta(hours=1))


def check(schedule: Schedule) -> None:
    """Hold everything against what must be true at rest."""
    _check_streams(schedule)
    _check_views(schedule)
    _check_bus(schedule)
    _check_orders(schedule)
    _check_money(schedule)
    _check_labels(schedule)
    _check_wishes(schedule)
    world = schedule.world
    if world.parking.model.items:
        raise Broken(Invariant.PARKED, f"{world.parking.model.items} are still set aside")
    for queue in world.queues.values():
        if not queue.is_conserved:
            raise Broken(Invariant.CONSERVED, f"{queue}")


def _check_streams(schedule: Schedule) -> None:
    """Fold what was written since the beginning: that must lead to what the appends led to."""
    world = schedule.world
    known = categories(world.streams)
    for stream, commits in world.shared.commits.items():
        began_at = world.began_at(stream)
        if not commits or commits[-1].last == began_at:
            continue
        category, _, entity_id = stream.partition("#")
        fold = known[category].store.fold
        head = world.began.get(stream) or start(fold, entity_id)
        for commit in commits:
            if commit.first <= began_at:
                continue
            if world.witness.commits[stream, commit.first] is not commit:
                raise Broken(Invariant.VERSIONS, f"{commit} is not what was written")
            head = follow(fold, head, commit)
        if head != world.witness.heads[stream]:
            raise Broken(Invariant.VERSIONS, f"{stream} folds to {head}")


def _check_views(schedule: Schedule) -> None:
    world = schedule.world
    known = categories(world.streams)
    expected = dict(world.began_rows)
    timeline = set(world.began_timeline)
    for stream, head in world.witness.heads.items():
        began_at = world.began_at(stream)
        if head.version == began_at:
            continue
        for row in known[stream.partition("#")[0]].rows(head.state):
            version = 1 if row.fixed else head.version
            expected[row.partition, row.sort] = (version, row.body)
        root = world.witness.roots[stream]
        timeline |= {(root, stream, version) for version in range(began_at + 1, head.version + 1)}
    if expected != world.views.model.rows:
        shown = world.views.model.rows
        wrong = {key for key in expected | shown if expected.get(key) != shown.get(key)}
        raise Broken(Invariant.FOLD, f"{wrong} differ from their folds")
    if timeline != world.views.model.events.keys():
        raise Broken(Invariant.FOLD, f"{timeline ^ world.views.model.events.keys()} in timelines")


def _check_bus(schedule: Schedule) -> None:
    world, heard = schedule.world, Counter[str]()
    for one in world.witness.heard.values():
        heard[one.stream] += 1
    for stream, head in world.witness.heads.items():
        if heard[stream] != head.published:
            detail = f"{heard[stream]} of {head.published} events of {stream} left"
            raise Broken(Invariant.BROADCAST, detail)
        mark = world.marks.model.marks.get(("broadcast", stream), 0)
        if mark != head.version:
            raise Broken(Invariant.BROADCAST, f"{stream} is marked {mark} of {head.version}")


def _check_orders(schedule: Schedule) -> None:
    """Nothing is due but what is refused each time; nothing that was asked is without answer."""
    world = schedule.world
    for order_id in schedule.callers.orders:
        dossier = open_dossier(world.streams, order_id)
        if dossier is None:
            continue
        if due(dossier, schedule.engine.now):
            carried = react(world.streams, order_id, schedule.engine.clock, "rest")
            if any(not one.refused for one in carried):
                raise Broken(Invariant.AT_REST, f"{carried} was still due")
        _check_planned(dossier)
        open_ = [one.payment_id for one in dossier.payments if one.open_operations]
        open_ += [one.shipment_id for one in dossier.shipments if one.label_open]
        if open_:
            raise Broken(Invariant.AT_REST, f"{open_} wait for answers")


def _check_planned(dossier: Dossier) -> None:
    """Nothing that an order has recorded for others is left where only it stands."""
    order = dossier.order
    asked = {kept.payment_id for kept in order.payments}
    wanted = asked if order.live else set[str]()
    if missing := wanted - {one.payment_id for one in dossier.payments}:
        raise Broken(Invariant.PLANNED, f"{order.order_id} asked for {missing}")
    for part in order.parts:
        payment = dossier.payment(part.payment_id)
        if payment is None or payment.operation(part.part_id) is None:
            raise Broken(Invariant.PLANNED, f"{part} of {order.order_id} is not in {payment}")
    for kept in order.allocations:
        parcel = dossier.shipment(kept.shipment_id)
        units = {(line.line_id, line.quantity) for line in parcel.lines} if parcel else set()
        if parcel is None or units != {(line.line_id, line.quantity) for line in kept.portions}:
            raise Broken(Invariant.PLANNED, f"{kept} of {order.order_id} is not in {parcel}")


def _check_money(schedule: Schedule) -> None:
    """Our books and the provider's say the same of every operation."""
    world = schedule.world
    ours: dict[str, tuple[str, int, str]] = {}
    for head in world.witness.heads.values():
        if isinstance(head.state, Payment):
            for operation in head.state.operations:
                key = derived_id("operation", head.state.payment_id, operation.operation_id)
                is_done = operation.progress is Progress.SUCCEEDED
                outcome = "done" if is_done else "declined"
                ours[key] = (operation.kind.value, operation.amount_minor, outcome)
    theirs = {
        key: (entry["kind"], int(entry["amount_minor"]), entry["outcome"])
        for key, entry in world.book.entries.items()
        if "kind" in entry
    }
    if ours != theirs:
        raise Broken(Invariant.CHARGED_ONCE, f"we say {ours}, and the provider {theirs}")


def _check_labels(schedule: Schedule) -> None:
    """Each label that was sold is one that a parcel asked for, and its number is the parcel's.

    Unless the parcel was cancelled, or travels under another number, before the carrier answered.
    """
    world = schedule.world
    asked: dict[str, tuple[str, Shipment]] = {}
    for head in world.witness.heads.values():
        if isinstance(head.state, Shipment):
            for carrier in CARRIERS:
                key = derived_id("label", head.state.shipment_id, carrier)
                asked[key] = (carrier, head.state)
    for key, entry in world.book.entries.items():
        if "kind" in entry:
            continue
        if key not in asked:
            raise Broken(Invariant.LABEL, f"{entry} was bought for no parcel")
        carrier, parcel = asked[key]
        is_wanted = parcel.carrier == carrier and not parcel.cancelled
        if is_wanted and world.carrier.sold(key) not in ("", parcel.tracking_number):
            raise Broken(Invariant.LABEL, f"{entry} was bought for {parcel}, and is lost")


def _check_wishes(schedule: Schedule) -> None:
    commands = schedule.world.witness.commands
    for wish in schedule.callers.wishes:
        if wish.answer and (wish.stream, wish.asking.command_id) not in commands:
            raise Broken(Invariant.ONCE, f"{wish} was accepted, and is not there")


def _again(schedule: Schedule) -> None:
    """Much later everything is told again: nothing changes, and answers are what they were."""
    engine, world = schedule.engine, schedule.world
    world.pass_time(engine.now + LATER[schedule.dice.choose(len(LATER))])
    before = (_stands(schedule), dict(world.views.model.rows), dict(world.book.entries))
    engine.met["told again much later"] += 1
    for stream, commits in world.shared.commits.items():
        for commit in commits:
            if commit.first > world.began_at(stream):
                world.stream.put(commit, engine.now, overtakes=False)
        world.tell(notice_of(commits[-1]))
    for wish in schedule.callers.wishes:
        if wish.answer:
            schedule.ask(wish)
    drain(schedule)
    after = (_stands(schedule), dict(world.views.model.rows), dict(world.book.entries))
    if before != after:
        raise Broken(Invariant.EFFECT, "what was told again has changed something")
    check(schedule)
