"""A sandbox payment provider and a sandbox carrier, for local runs. No money and no parcel moves.

They keep a book of what they did under each key, as a real provider does, so that asking twice does
it once. What they are told to do stands in the payment's method or the carrier's code:

| word in it | what happens |
| --- | --- |
| `decline` | the answer is no |
| `timeout` | it is done, but the answer gets lost: unknown until looked up |
| `late` | nothing is done until the third time of asking: unknown until then |
| `lost` | the first request never arrives: unknown, and nothing is known of it |
| anything else | done at once |

A word after `capture_`, `void_` or `refund_` (`capture_decline`) concerns that operation only; a
bare word concerns the authorisation or the label.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from domain.kernel.ids import derived_id
from domain.payments.commands import Answer, Failed, Succeeded, Unknown
from domain.payments.ports import Instruction, PaymentProvider
from domain.payments.state import Kind
from domain.shipments.commands import LabelAnswer, LabelBought, LabelDenied, LabelPending
from domain.shipments.ports import Carrier, Consignment

ASKED_BEFORE_LATE_ANSWER: Final = 3
_WORDS: Final = ("decline", "timeout", "late", "lost")


class Book(Protocol):
    """What the sandbox remembers of each key, however often its process is stopped."""

    def note(self, key: str, entry: Mapping[str, str]) -> dict[str, str]:
        """Write an entry unless the key has one; return the one that stands."""

    def asked(self, key: str) -> int:
        """Count one more time of asking; return how many there were, this one included."""

    def read(self, key: str) -> dict[str, str] | None:
        """Return the key's entry; None when it never arrived."""


@dataclass(frozen=True, slots=True)
class SandboxProvider(PaymentProvider):
    """Moves no money, and remembers doing so."""

    book: Book

    def carry_out(self, instruction: Instruction) -> Answer:
        """Do it once for each key, as told by the payment's method."""
        told = told_to(instruction.method, instruction.kind)
        times = self.book.asked(instruction.key)
        if told == "lost" and times == 1:
            return Unknown()
        if told == "late" and times < ASKED_BEFORE_LATE_ANSWER:
            return Unknown()
        entry = {
            "kind": instruction.kind.value,
            "payment_id": instruction.payment_id,
            "amount_minor": str(instruction.amount_minor),
            "currency": instruction.currency,
            "outcome": "declined" if told == "decline" else "done",
        }
        stands = self.book.note(instruction.key, entry)
        if told == "timeout" and times == 1:
            return Unknown()
        return _answer(instruction.key, stands)

    def look_up(self, key: str) -> Answer | None:
        """Say what became of a key."""
        entry = self.book.read(key)
        return _answer(key, entry) if entry else None


def _answer(key: str, entry: Mapping[str, str]) -> Answer:
    if entry["outcome"] == "declined":
        return Failed("declined_by_sandbox")
    return Succeeded(f"sandbox-{derived_id('reference', key)}")


@dataclass(frozen=True, slots=True)
class SandboxCarrier(Carrier):
    """Moves no parcel, and remembers doing so."""

    book: Book

    def book_label(self, consignment: Consignment) -> LabelAnswer:
        """Sell a label once for each key, as told by the carrier's code."""
        told = told_to(consignment.carrier, Kind.AUTHORISE)
        times = self.book.asked(consignment.key)
        if told in ("lost", "late") and times < (2 if told == "lost" else ASKED_BEFORE_LATE_ANSWER):
            return LabelPending()
        outcome = "declined" if told == "decline" else "done"
        stands = self.book.note(consignment.key, {"outcome": outcome})
        if told == "timeout" and times == 1:
            return LabelPending()
        return _label(consignment.key, stands)

    def look_up(self, key: str) -> LabelAnswer | None:
        """Say what became of a key."""
        entry = self.book.read(key)
        return _label(key, entry) if entry else None


def _label(key: str, entry: Mapping[str, str]) -> LabelAnswer:
    if entry["outcome"] == "declined":
        return LabelDenied("declined_by_sandbox")
    return LabelBought(f"SBX{derived_id('label', key)[:15].upper()}")


def told_to(text: str, kind: Kind) -> str:
    """Find what the sandbox is told to do for a kind of operation; empty for nothing special."""
    words = text.lower().replace("-", "_")
    for word in _WORDS:
        if kind is Kind.AUTHORISE:
            others = (f"{other}_{word}" for other in (Kind.CAPTURE, Kind.VOID, Kind.REFUND))
            if word in words and not any(other in words for other in others):
                return word
        elif f"{kind}_{word}" in words:
            return word
    return ""
