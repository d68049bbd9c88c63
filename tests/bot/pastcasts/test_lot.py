"""The lot that deals banked questions."""

from hypothesis import given
from hypothesis import strategies as st

from bot.pastcasts import lot

IDS = st.lists(st.integers(1, 10_000), max_size=60)


@given(ids=IDS, seed=st.integers(0, 2**31), count=st.integers(0, 12), again=st.randoms())
def test_a_lot_can_be_drawn_again_from_the_same_ids_in_any_order(ids, seed, count, again):
    drawn = lot.draw(ids, seed, count)
    shuffled = list(ids)
    again.shuffle(shuffled)
    assert lot.draw(shuffled, seed, count) == drawn


@given(ids=IDS, seed=st.integers(0, 2**31), count=st.integers(0, 12))
def test_a_lot_holds_as_many_different_ids_as_asked_for_or_all(ids, seed, count):
    drawn = lot.draw(ids, seed, count)
    assert len(drawn) == len(set(drawn)) == min(count, len(set(ids)))
    assert set(drawn) <= set(ids)


def test_each_id_is_drawn_about_as_often_as_every_other():
    first = [lot.draw(range(10), seed)[0] for seed in range(5000)]
    counts = [first.count(one) for one in range(10)]
    assert min(counts) > 400
    assert max(counts) < 600
