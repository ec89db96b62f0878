"""Who is let in, who waits and who is sent away: counted, with callers of several kinds at once."""

import asyncio
from collections.abc import Callable

import pytest

from api.access.lanes import Lane, LaneTerms, SpentTime
from api.errors import Overloaded, TooManyRequests

TERMS = LaneTerms(at_once=3, each=2, waiting=4, waiting_each=3, patience=5)
Leave = Callable[[], None]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_no_caller_takes_every_place() -> None:
    async def story() -> None:
        lane = Lane(TERMS)
        await lane.enter("one")
        await lane.enter("one")
        third = asyncio.create_task(lane.enter("one"))
        await settled()
        assert not third.done()
        await lane.enter("other")
        assert lane.load() == {"working": 3, "waiting": 1}
        third.cancel()
        await settled()
        assert lane.load() == {"working": 3, "waiting": 0}

    asyncio.run(story())


def test_callers_are_served_in_turn_however_many_requests_one_has() -> None:
    async def story() -> list[str]:
        lane, served = Lane(LaneTerms(at_once=1, each=1, waiting=10, waiting_each=10, patience=5)), list[str]()
        first = await lane.enter("first")

        async def come(caller: str) -> None:
            leave = await lane.enter(caller)
            served.append(caller)
            leave()

        tasks = [asyncio.create_task(come(caller)) for caller in ("many", "many", "many", "few", "few")]
        await settled()
        first()
        await asyncio.gather(*tasks)
        return served

    assert asyncio.run(story()) == ["many", "few", "many", "few", "many"]


def test_who_finds_too_many_waiting_is_sent_away_at_once() -> None:
    async def story() -> None:
        lane = Lane(TERMS)
        for caller in ("one", "two", "three"):
            await lane.enter(caller)
        waiting = [asyncio.create_task(lane.enter("one")) for _ in range(3)]
        await settled()
        with pytest.raises(Overloaded) as refused:
            await lane.enter("one")
        assert refused.value.headers == {"Retry-After": "1"}
        waiting.append(asyncio.create_task(lane.enter("two")))
        await settled()
        with pytest.raises(Overloaded):
            await lane.enter("three")
        for task in waiting:
            task.cancel()
        await settled()
        assert lane.load() == {"working": 3, "waiting": 0}

    asyncio.run(story())


def test_patience_ends_and_leaves_nothing_behind() -> None:
    async def story() -> None:
        lane = Lane(LaneTerms(at_once=1, each=1, waiting=1, waiting_each=1, patience=0.01))
        leave = await lane.enter("one")
        with pytest.raises(Overloaded):
            await lane.enter("two")
        assert lane.load() == {"working": 1, "waiting": 0}
        leave()
        leave()
        assert lane.load() == {"working": 0, "waiting": 0}
        (await lane.enter("two"))()

    asyncio.run(story())


def test_a_place_that_comes_while_its_request_gives_up_goes_to_the_next() -> None:
    async def story() -> None:
        lane = Lane(LaneTerms(at_once=1, each=1, waiting=5, waiting_each=5, patience=5))
        leave = await lane.enter("one")
        gone, next_one = asyncio.create_task(lane.enter("two")), asyncio.create_task(lane.enter("three"))
        await settled()
        leave()
        gone.cancel()  # its place has come, but it was not told yet
        (await next_one)()
        assert lane.load() == {"working": 0, "waiting": 0}

    asyncio.run(story())


def test_time_that_is_used_up_comes_back_with_time() -> None:
    now = 100.0
    spent = SpentTime(30, clock=lambda: now)
    spent.add("one", 20)
    spent.check("one")
    spent.add("one", 20)
    with pytest.raises(TooManyRequests) as refused:
        spent.check("one")
    assert refused.value.headers == {"Retry-After": "21"}
    spent.check("other")
    now += 21
    spent.check("one")


def test_a_lane_counts_the_time_of_its_callers() -> None:
    async def story() -> None:
        lane = Lane(TERMS, spent=SpentTime(0.001))
        leave = await lane.enter("one")
        await asyncio.sleep(0.01)
        leave()
        with pytest.raises(TooManyRequests):
            await lane.enter("one")
        (await lane.enter("other"))()

    asyncio.run(story())
