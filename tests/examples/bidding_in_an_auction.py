"""Bidding in an auction: the highest bid made before the close wins, the earlier of two equals.

Safe to repeat: bids are a set. Safe to reorder: when they were made counts, not when they came.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.kernel.decider import Decider, Fold
from domain.kernel.refused import Refused


class AuctionRefusal(StrEnum):
    CLOSED = "auction_closed"


@dataclass(frozen=True, slots=True)
class BidMade:
    bidder: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    fact: BidMade | Closed
    now: datetime  # Our clock, another one at each arrival: nothing is decided by it.


@dataclass(frozen=True, slots=True)
class Auction:
    bids: frozenset[BidMade] = frozenset()  # Lower ones too: a close may strike the highest.
    closed_at: datetime | None = None

    @property
    def winner(self) -> BidMade | None:
        return min(self.bids, key=lambda bid: (-bid.amount_minor, bid.at, bid.bidder), default=None)


def decide(command: Record, auction: Auction) -> list[BidMade | Closed]:
    if auction.closed_at and command.fact.at >= auction.closed_at:
        if isinstance(command.fact, BidMade):
            raise Refused(AuctionRefusal.CLOSED, "at")  # Had it come before, it would be struck.
        return []  # Of several closes the earliest counts.
    return [] if command.fact in auction.bids else [command.fact]


def evolve(auction: Auction, event: BidMade | Closed) -> Auction:
    if isinstance(event, BidMade):
        return replace(auction, bids=auction.bids | {event})
    return Auction(frozenset(bid for bid in auction.bids if bid.at < event.at), event.at)


DECIDER = Decider(Fold("auction", 1, Auction(), evolve), decide)
