"""What must be true at every step, or at rest, each with a sentence for whoever reads a failure."""

from enum import Enum


class Invariant(Enum):
    """Names, and what each of them says."""

    ONCE = (
        "A command that was accepted is in its stream once, and asked again it is answered alike."
    )
    NEVER_TWICE = "A command that got no answer is in its stream at most once."
    VERSIONS = "A stream's versions are 1, 2, 3 without a gap, and a stored commit never changes."
    BROADCAST = "What is committed leaves at least once, and nothing leaves that is not committed."
    SAME_BYTES = "However often a published event leaves, it is the same event under the same id."
    EFFECT = "Whoever hears of an event acts on it once, however often it is told."
    FOLD = "A view's row is the fold of its stream, and its version never goes back."
    LEDGER = "Postings sum to 0; no more is taken than was held, or given back than was taken."
    CHARGED_ONCE = "For one intent of ours the provider moves money once, and both books agree."
    INTENT = "Nobody outside is asked for what does not stand in a stream already."
    ASKED = "What became of an unknown answer is asked for, and never guessed."
    LABEL = "For one intent a label is bought once."
    STICKY = "A parcel that was delivered stays so, whatever is scanned late."
    LEGAL = "A status only changes as its lifecycle allows, and an end is an end."
    CLAIMED = "A live number belongs to the one parcel that travels under it."
    PARKED = "What cannot be handled is set aside at once, and others go on."
    CONSERVED = "A message is done, waiting, under way, among the dead letters or too old."
    OWN_KEYS = "Whoever acts for one order touches no other order's streams."
    DURABLE = "What a handler says is done, is done: views, bus, notices and mark."
    PLANNED = "What an order has planned exists in its payments and parcels, or was refused there."
    AT_REST = "When the trouble is over nothing is due, open, parked or unsent, after few rounds."
    EXPECTED = "Nothing goes wrong but by the trouble that was made."


class Broken(BaseException):
    """An invariant does not hold.

    No Exception: a handler, which goes on whatever goes wrong, must not go on with this.
    """

    def __init__(self, invariant: Invariant, detail: str) -> None:
        super().__init__(f"{invariant.name}: {invariant.value}\n  But: {detail}")
        self.invariant = invariant
