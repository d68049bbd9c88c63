"""How standings look first: one sentence that matters, the picture, and Details for the rest.

A sentence names somebody only where more than luck does, of three people and ten questions.
"""

from collections.abc import Sequence

from bot.core import keys
from bot.core.refusals import say_count
from bot.door.messages import (
    BLUE,
    GREY,
    PICTURE,
    PRIMARY,
    Item,
    Layout,
    Message,
    Part,
    Picture,
    button,
    one_line,
    safe,
)
from bot.standings.calibration import FEW
from bot.standings.cards import (
    LONGEST_NAME,
    TOO_CLOSE,
    UNMOVED,
    empty_chairs,
    no_rank,
    nobody,
    numbers,
    record,
    say_waiting,
)
from bot.standings.cards import progress as progress_of
from bot.standings.metrics import WORDS, say_ranks
from bot.standings.past_cards import PASTCASTS, in_short
from bot.standings.service import Board, BoardRow, Calibration, Profile

FEWEST_PEOPLE, FEWEST_QUESTIONS = 3, 10
MOST_NAMED = 3
NAME, TITLE = 60, 120


def leaderboard_card(board: Board, picture: Picture | None) -> Message:
    """Say whether somebody leads, and show one page of members."""
    metric = board.asked.metric
    title = one_line(board.title.removeprefix("Leaderboard: "), TITLE)
    about = f"-# {title}\n-# {metric}: {WORDS[metric].hint}"
    if board.asked.past:
        about += f"\n-# {PASTCASTS}"
    if board.waiting is not None:
        about += f"\n-# {say_waiting(board.waiting)}"
    parts: list[Part] = [f"{_lead(board)}\n{about}", PICTURE]
    if chairs := empty_chairs(board):
        parts.append("\n".join(f"-# {one}" for one in chairs))
    if board.mine is not None and not board.unmoved:
        parts.append(_mine(board))
    colour = BLUE if board.members else GREY
    return Message(
        layout=Layout(tuple(parts), colour), picture=picture, items=tuple(_board_items(board))
    )


def calibration_card(shown: Calibration, picture: Picture | None) -> Message:
    """Say what a calibration means, over its picture."""
    first = f"{safe(_calibrated(shown))}\n-# {one_line(shown.title, NAME)}"
    if shown.waiting is not None:
        first += f"\n-# {say_waiting(shown.waiting)}"
    if shown.past:
        first += f"\n-# {PASTCASTS}"
    key = keys.standing(shown.user_id, past=shown.past, topic=shown.topic.number)
    items = (button("calibration_details", key, "Details", PRIMARY),)
    return Message(layout=Layout((first, PICTURE)), picture=picture, items=items)


def profile_card(profile: Profile, picture: Picture | None) -> Message:
    """Say how well a member does, over the picture of their scores."""
    name = "You" if profile.mine else one_line(profile.name, NAME)
    *made, told = record(profile)
    first = f"{told}\n-# {': '.join([name, *made])}"
    apart = (in_short(profile.past),) if profile.past else ()
    items = (button("profile_details", keys.standing(profile.user_id), "Details", PRIMARY),)
    return Message(
        layout=Layout((first, PICTURE, *apart)),
        picture=picture,
        items=items if profile.forecasts or profile.past else (),
    )


def _lead(board: Board) -> str:
    """Say the one thing that matters about a leaderboard."""
    if not board.members:
        return nobody(board)
    if board.unmoved:
        return UNMOVED
    if not board.ranked:
        return no_rank(board)
    return TOO_CLOSE if board.too_close else _first_place(board)


def _first_place(board: Board) -> str:
    """Say who leads a table in which people differ by more than luck, if that can be told."""
    leader = next((row for row in board.rows if row.rank == 1), None)
    if board.ranked < FEWEST_PEOPLE:
        return f"Too few to say who leads: it takes three people with a rank, not {board.ranked}."
    if leader is None:
        return "People differ by more than luck explains."
    if leader.questions < FEWEST_QUESTIONS:
        return f"Too early to say who leads: it takes ten questions ({leader.questions} so far)."
    if leader.ranks == (1, 1):
        who = "You lead" if leader.mine else f"{_name(leader)} leads"
        return f"**{who}**, by more than luck explains."
    return f"People differ by more than luck explains, but **who leads is open**{_open(board)}."


def _open(board: Board) -> str:
    """Name those who could be first, where they are few."""
    first = [row for row in board.rows if row.ranks is not None and row.ranks[0] == 1]
    if not 1 < len(first) <= MOST_NAMED:
        return ""
    *others, last = ["you" if row.mine else _name(row) for row in first]
    return f": {', '.join(others)} or {last}"


def _name(row: BoardRow) -> str:
    return one_line(row.name, LONGEST_NAME)


def _mine(board: Board) -> str:
    """Say where the asking member stands, in one line."""
    assert board.mine is not None  # noqa: S101 - the caller has looked
    row, page = board.mine
    metric = board.asked.metric
    where = "" if page == board.asked.page else f" (page {page})"
    if row.rank is None:
        return f"**You**{where}: {progress_of(row, board.asked)}"
    ranks = f", rank {say_ranks(row.ranks)} of {board.ranked}" if row.ranks else ""
    return f"{numbers(metric, row, f'**You**{where}')}{ranks}"


def _board_items(board: Board) -> Sequence[Item]:
    """Return buttons to the pages before and after this one, and to the numbers."""
    asked = board.asked
    beside = [(asked.page - 1, "Previous page"), (asked.page + 1, "Next page")]
    turning = [
        button("turn_page", asked.at(page).key(), label)
        for page, label in beside
        if 1 <= page <= board.pages
    ]
    if not board.members:
        return turning
    return [button("board_details", asked.key(), "Details", PRIMARY), *turning]


def _calibrated(shown: Calibration) -> str:
    told = f"{shown.sentence} {shown.advice}".strip()
    return told if shown.has_curve or shown.reading is None else f"{told} {_missing(shown)}"


def _missing(shown: Calibration) -> str:
    """Say how many forecasts a curve still takes."""
    made = shown.reading.count if shown.reading else 0
    needed = say_count(FEW, "resolved yes-or-no forecast")
    return f"A calibration curve takes {needed}: {FEW - made} more to go."
