from tests.examples.bidding_in_an_auction import (
    DECIDER,
    AuctionRefusal,
    BidMade,
    Closed,
    Record,
)
from tests.examples.given import NOW, minute, story

given = story(DECIDER)

ANA = BidMade("ana", 300, minute(1))
BEN = BidMade("ben", 400, minute(3))
CLOSED = Closed(minute(5))


def test_the_highest_bid_wins() -> None:
    assert given(ANA).when(Record(BEN, NOW)).then(BEN).winner == BEN


def test_the_same_bid_again_is_nothing_new() -> None:
    given(ANA).when(Record(ANA, NOW)).then_nothing()


def test_of_two_equal_bids_the_earlier_wins_though_it_comes_later() -> None:
    earlier = BidMade("cem", 400, minute(2))
    assert given(BEN).when(Record(earlier, NOW)).then(earlier).winner == earlier


def test_of_two_bids_equal_in_time_as_well_the_name_decides_and_not_who_comes_first() -> None:
    one, other = BidMade("abe", 400, minute(3)), BEN
    for first, second in ((one, other), (other, one)):
        assert given(first).when(Record(second, NOW)).then(second).winner == one


def test_a_bid_made_in_time_counts_though_it_comes_after_the_close() -> None:
    assert given(ANA, CLOSED).when(Record(BEN, NOW)).then(BEN).winner == BEN


def test_a_bid_made_after_the_close_is_refused() -> None:
    late = Record(BidMade("cem", 900, minute(5)), NOW)
    given(ANA, CLOSED).when(late).then_refused(AuctionRefusal.CLOSED)


def test_a_close_strikes_the_bids_made_after_it_and_the_next_highest_wins() -> None:
    closed = Closed(minute(2))
    assert given(BEN, ANA).when(Record(closed, NOW)).then(closed).winner == ANA


def test_a_second_close_counts_only_if_it_is_earlier() -> None:
    given(CLOSED).when(Record(Closed(minute(6)), NOW)).then_nothing()
    given(CLOSED).when(Record(Closed(minute(4)), NOW)).then(Closed(minute(4)))
