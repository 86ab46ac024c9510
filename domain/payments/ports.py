"""What payments ask of the world: the payment provider."""

from dataclasses import dataclass
from typing import Protocol

from domain.payments.commands import Answer
from domain.payments.state import Kind


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation for the provider; `key` makes carrying it out twice the same as once."""

    key: str
    kind: Kind
    payment_id: str
    amount_minor: int
    currency: str
    method: str


class PaymentProvider(Protocol):
    """Whoever moves the money. A timeout is Unknown, never a no; other trouble raises."""

    def carry_out(self, instruction: Instruction) -> Answer:
        """Do it, unless this key was done before: then answer as then."""

    def look_up(self, key: str) -> Answer | None:
        """Say what became of a key; None when it never arrived."""
