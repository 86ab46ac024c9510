"""What must be true at every step, each with a sentence for whoever reads a failure."""

from enum import Enum


class Invariant(Enum):
    """Names, and what each of them says."""

    LIMIT = "No claim takes more slots than the customer had when the claim was decided."
    LANE = "Of one branch of one repository at most one job is active."
    COUNTER = "The board's counter says how many of the customer's jobs are active."
    LANES = "The board has a lane for each active job, held by its current run, and no other."
    QUEUE = "The queue has an entry for each waiting job, where its key puts it, and no other."
    ACCOUNT = "The board says of the account what the account's own events say."
    BODY = "An accepted body made one job, or is a twin of one, or is on record with its reason."
    COMMIT = "A commit is one job's, until that is turned away, however many hooks speak of it."
    ALLOWED = "A job of somebody who may write here, and was never blocked, is not turned away."
    EFFECT = "A body does what it asks for at most once, under whatever ids it comes again."
    ATTEMPTS = "A claim begins the next attempt of a waiting job: 1, 2, 3, without a gap."
    STARTED = "A script is started once in an attempt, and only in one that was claimed."
    FENCED = "What a run says counts only while its own attempt is the active one."
    ENDED = "What has ended stays as it ended, until somebody asks for another run."
    LEASE = "A run is lost only when its lease has lapsed, and only its holder makes that longer."
    LOST = "A lost run's job goes back to where it stood in the queue, and is given up in the end."
    ORDER = "A pass that knows how things stand ends and claims what is due: the first first."
    IDLE = "A pass that knows how things stand, and is not disturbed, leaves nothing startable."
    NEWER = "Where newer jobs supersede, the older ones of a branch end before the newest begins."
    PRIORITY = "A level of priority moves a job by what it was worth to the customer."
    DEBT = "What an end owes stands on its board until it is paid, and no longer."
    DRAINED = "When the trouble is over everything ends, and no slot, lane, entry or debt is left."
    NEWS = "In the end GitHub shows how every job ended; its user and other teams have heard of it."
    ANSWER = "A job that was cancelled or lost runs again for whoever asks for its commit then."
    TIP = "What was pushed last to a branch is built, unless it may not, or somebody cancelled it."
    JOINED = "What another branch waits for as well is not superseded in its own."
    STANDING = "In the end an account stands as GitHub's newest word on it says, come as it may."
    EXPECTED = "Nothing goes wrong but by the trouble that was made."


class Broken(BaseException):
    """An invariant does not hold.

    No Exception: a sweep, which goes on whatever goes wrong, must not go on with this.
    """

    def __init__(self, invariant: Invariant, detail: str) -> None:
        super().__init__(f"{invariant.name}: {invariant.value}\n  But: {detail}")
        self.invariant = invariant
