"""The witness: sees every write as it is made, and holds it against what must be true."""

from collections.abc import Callable
from typing import Any, Final

from adapters.memory.event_store import Shared
from domain.kernel.commits import Commit, Head
from domain.kernel.ids import derived_id
from domain.orders.state import Order, OrderStatus
from domain.payments.ledger import postings
from domain.payments.ports import Instruction
from domain.payments.state import Kind, Payment, Progress
from domain.published.ports import Notice, Outgoing
from domain.shipments.events import ShipmentStatus
from domain.shipments.ports import Consignment
from domain.shipments.state import Shipment
from tests.simulation.commerce.engine import Task
from tests.simulation.commerce.invariants import Broken, Invariant

LIFECYCLE: Final = {
    (OrderStatus.PLACED, OrderStatus.CONFIRMED),
    (OrderStatus.PLACED, OrderStatus.CANCELLED),
    (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    (OrderStatus.CONFIRMED, OrderStatus.COMPLETED),
}
ANSWERS: Final = {
    (before, after)
    for before in (Progress.REQUESTED, Progress.UNKNOWN)
    for after in (Progress.UNKNOWN, Progress.SUCCEEDED, Progress.FAILED)
}

Stand = Head[Any]


class Witness:
    """What was committed, sent and asked of others, as it really happened.

    `heads` has every stream's newest head, `states` the state after each commit by its stream and
    last version, `roots` the order that a stream belongs to.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self.heads: dict[str, Stand] = {}
        self.states: dict[tuple[str, int], Any] = {}
        self.commits: dict[tuple[str, int], Commit[Any]] = {}
        self.commands: dict[tuple[str, str], Commit[Any]] = {}
        self.roots: dict[str, str] = {}
        self.heard: dict[str, Outgoing] = {}
        self.noticed: dict[str, int] = {}
        self.claims: dict[str, str] = {}
        self._checks: dict[type, Callable[[Any, Any], None]] = {
            Order: _check_order,
            Payment: _check_payment,
            Shipment: self._check_shipment,
        }

    # ---- commits ----------------------------------------------------------------------------

    def wrote(self, commit: Commit[Any], before: Stand, after: Stand) -> None:
        """Check a commit that was just written."""
        stream = commit.stream
        known = self.heads.get(stream)
        stood = known.version if known else 0
        if commit.first != stood + 1 or after.version != commit.last or not commit.events:
            raise Broken(Invariant.VERSIONS, f"{commit} was written at {stood}")
        if (stream, commit.command_id) in self.commands:
            twice = self.commands[stream, commit.command_id]
            raise Broken(Invariant.NEVER_TWICE, f"{commit} comes after {twice}")
        root = self.roots.setdefault(stream, commit.routing.root_id)
        if root != commit.routing.root_id:
            raise Broken(Invariant.VERSIONS, f"{stream} moved from {root} to {commit.routing}")
        self.heads[stream] = after
        self.states[stream, commit.last] = after.state
        self.commits[stream, commit.first] = commit
        self.commands[stream, commit.command_id] = commit
        self._checks[type(after.state)](before.state if stood else None, after.state)
        if stream.startswith("payment#"):
            _check_postings(commit)

    def _check_shipment(self, before: Shipment | None, after: Shipment) -> None:
        if before and before.status is ShipmentStatus.DELIVERED is not after.status:
            raise Broken(Invariant.STICKY, f"{after.shipment_id} is {after.status}")
        if before and before.cancelled and not after.cancelled:
            raise Broken(Invariant.LEGAL, f"{after.shipment_id} is not cancelled any more")
        stream = f"shipment#{after.shipment_id}"
        self.claims = {key: owner for key, owner in self.claims.items() if owner != stream}
        if after.tracking_number and not after.cancelled and not after.finished:
            key = f"tracking#{after.carrier}#{after.tracking_number}"
            if key in self.claims:
                raise Broken(Invariant.CLAIMED, f"{key} is {self.claims[key]}'s, and {stream}'s")
            self.claims[key] = stream
        if self.claims != self._shared.claims:
            raise Broken(Invariant.CLAIMED, f"{self._shared.claims}, and should be {self.claims}")

    def touched(self, task: Task, stream: str) -> None:
        """Check that somebody keeps to the order that it acts for."""
        if task.root and self.roots.get(stream, task.root) != task.root:
            raise Broken(Invariant.OWN_KEYS, f"{task.what} is for {task.root}, and asks {stream}")

    # ---- what leaves ------------------------------------------------------------------------

    def accepted(self, outgoing: Outgoing) -> None:
        """Check an event that the bus took."""
        head = self.heads.get(outgoing.stream)
        if head is None or not 1 <= outgoing.sequence <= head.published:
            raise Broken(Invariant.BROADCAST, f"{outgoing} is of no commit")
        if self.heard.setdefault(outgoing.event_id, outgoing) != outgoing:
            raise Broken(Invariant.SAME_BYTES, f"{outgoing} was {self.heard[outgoing.event_id]}")

    def notified(self, notice: Notice) -> None:
        """Keep up to where a stream's notices have left."""
        if self.heads[notice.stream].version < notice.last:
            raise Broken(Invariant.BROADCAST, f"{notice} is of no commit")
        self.noticed[notice.stream] = max(notice.last, self.noticed.get(notice.stream, 0))

    # ---- who is asked -----------------------------------------------------------------------

    def instructed(self, instruction: Instruction, task: Task) -> None:
        """Check what the payment provider is asked to do."""
        stream = f"payment#{instruction.payment_id}"
        head = self.heads.get(stream)
        payment = head.state if head else None
        for operation in payment.operations if isinstance(payment, Payment) else ():
            key = derived_id("operation", instruction.payment_id, operation.operation_id)
            asked = (instruction.key, instruction.kind, instruction.amount_minor)
            if asked == (key, operation.kind, operation.amount_minor):
                _check_looked(operation.operation_id, instruction.key, task.seen[stream], task)
                return
        raise Broken(Invariant.INTENT, f"{instruction} stands not in {payment}")

    def consigned(self, consignment: Consignment) -> None:
        """Check what the carrier is asked to do."""
        head = self.heads.get(f"shipment#{consignment.shipment_id}")
        shipment = head.state if head else None
        key = derived_id("label", consignment.shipment_id, consignment.carrier)
        if not isinstance(shipment, Shipment) or consignment.key != key:
            raise Broken(Invariant.INTENT, f"{consignment} stands not in {shipment}")


def _check_order(before: Order | None, after: Order) -> None:
    step = (before.status if before else None, after.status)
    is_first = before is None and after.status is OrderStatus.PLACED
    if not is_first and step[0] is not step[1] and step not in LIFECYCLE:
        raise Broken(Invariant.LEGAL, f"{after.order_id} went from {step[0]} to {step[1]}")


def _check_payment(before: Payment | None, after: Payment) -> None:
    sums = dict.fromkeys(Kind, 0)
    for operation in after.operations:
        if operation.progress is Progress.SUCCEEDED:
            sums[operation.kind] += operation.amount_minor
    if sums[Kind.CAPTURE] + sums[Kind.VOID] > sums[Kind.AUTHORISE]:
        raise Broken(Invariant.LEDGER, f"more was taken or let go than was held: {after}")
    if sums[Kind.REFUND] > sums[Kind.CAPTURE]:
        raise Broken(Invariant.LEDGER, f"more was given back than was taken: {after}")
    for was, now in zip(before.operations if before else (), after.operations, strict=False):
        step = (was.progress, now.progress)
        if was.operation_id != now.operation_id or (
            was.progress is not now.progress
            and (step not in ANSWERS and step != (Progress.SUCCEEDED, Progress.FAILED))
        ):
            raise Broken(Invariant.LEGAL, f"{was} became {now}")


def _check_postings(commit: Commit[Any]) -> None:
    for event in commit.events:
        if sum(posting.amount_minor for posting in postings(event)):
            raise Broken(Invariant.LEDGER, f"{event} does not sum to 0")


def _check_looked(operation_id: str, key: str, seen: Stand, task: Task) -> None:
    """What was unknown when it was read must be looked up before it is asked for again."""
    operation = seen.state.operation(operation_id)
    if operation and operation.progress is Progress.UNKNOWN and key not in task.looked:
        raise Broken(Invariant.ASKED, f"{operation} was asked for again without a look")
