from tests.examples.answering_an_invitation import (
    DECIDER,
    Answered,
    Invitation,
    InvitationRefusal,
    Record,
    Withdrawn,
)
from tests.examples.given import NOW, minute, story

given = story(DECIDER)

YES = Answered(minute(1), coming=True)
NO = Answered(minute(2), coming=False)


def test_a_guest_may_change_an_answer() -> None:
    assert given(YES).when(Record(NO, NOW)).then(NO) == Invitation(NO)


def test_the_same_answer_again_is_nothing_new() -> None:
    given(YES).when(Record(YES, NOW)).then_nothing()


def test_an_answer_that_was_changed_before_it_came_is_old_news() -> None:
    given(NO).when(Record(YES, NOW)).then_nothing()


def test_a_withdrawal_beats_every_answer() -> None:
    withdrawn = given(YES).when(Record(Withdrawn(), NOW)).then(Withdrawn())
    assert withdrawn == Invitation(withdrawn=True)


def test_no_answer_is_taken_to_what_is_withdrawn_whenever_it_was_given() -> None:
    given(Withdrawn()).when(Record(YES, NOW)).then_refused(InvitationRefusal.WITHDRAWN)


def test_withdrawing_again_is_nothing_new() -> None:
    given(YES, Withdrawn()).when(Record(Withdrawn(), NOW)).then_nothing()
