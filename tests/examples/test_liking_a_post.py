from tests.examples.given import NOW, minute, story
from tests.examples.liking_a_post import DECIDER, Liked, Record, Unliked

given = story(DECIDER)


def test_a_like_counts() -> None:
    post = given().when(Record(Liked("ana", minute(1)), NOW)).then(Liked("ana", minute(1)))
    assert post.likers == {"ana"}


def test_the_same_like_again_is_nothing_new() -> None:
    given(Liked("ana", minute(1))).when(Record(Liked("ana", minute(1)), NOW)).then_nothing()


def test_a_like_can_be_taken_back() -> None:
    past = (Liked("ana", minute(1)), Liked("ben", minute(1)))
    taken_back = Unliked("ana", minute(2))
    assert given(*past).when(Record(taken_back, NOW)).then(taken_back).likers == {"ben"}


def test_a_like_that_comes_after_it_was_taken_back_is_old_news() -> None:
    given(Unliked("ana", minute(2))).when(Record(Liked("ana", minute(1)), NOW)).then_nothing()


def test_of_two_words_at_the_same_instant_the_like_counts_whichever_comes_first() -> None:
    liked, unliked = Liked("ana", minute(1)), Unliked("ana", minute(1))
    given(liked).when(Record(unliked, NOW)).then_nothing()
    given(unliked).when(Record(liked, NOW)).then(liked)
