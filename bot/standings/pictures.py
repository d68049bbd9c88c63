"""From standings to the answer: the numbers, their picture with alt text, the card.

Belongs off the event loop.
"""

from bot.core.keys import Key
from bot.core.refusals import Refusal
from bot.core.unit import Caller, Desk
from bot.door.messages import Message, Picture
from bot.standings import cards as standings_cards
from bot.standings import front_cards
from bot.standings import service as standings_service
from bot.standings.query import Metric
from bot.standings.service import Board, Calibration, Profile
from scoring.loading import LOADING

STRANGER = "I have not met this member here yet: no forecast, no session, no question."
YOU_ARE_NEW = (
    "I have nothing of yours here yet: no forecast, no session, no question. `/forecast` records "
    "your first forecast."
)


def leaderboard(
    desk: Desk,
    caller: Caller,
    *,
    metric: Metric,
    window: str,
    minimum: int,
    past: bool = False,
    topic: str = "",
) -> Message:
    """Return the first page of a leaderboard."""
    board = standings_service.show_leaderboard(
        desk, caller, metric=metric, window=window, minimum=minimum, past=past, topic=topic
    )
    return front_cards.leaderboard_card(board, leaderboard_picture(board))


def leaderboard_page(desk: Desk, caller: Caller, at: Key) -> Message:
    """Return the page that a button leads to."""
    board = standings_service.show_page_of(desk, caller, at)
    return front_cards.leaderboard_card(board, leaderboard_picture(board))


def leaderboard_details(desk: Desk, caller: Caller, at: Key) -> Message:
    """Return the numbers of the page that a button is on."""
    return standings_cards.leaderboard_details(standings_service.show_page_of(desk, caller, at))


def calibration(
    desk: Desk,
    caller: Caller,
    user_id: int | None,
    *,
    group: bool,
    past: bool = False,
    topic: str = "",
) -> Message:
    """Return a calibration with its picture."""
    shown = _calibration(desk, caller, user_id, group=group, past=past, topic=topic)
    return front_cards.calibration_card(shown, calibration_picture(shown))


def calibration_details(desk: Desk, caller: Caller, at: Key) -> Message:
    """Return what there is to say of the calibration that a button is about."""
    past, topic, *_ = (*at.more, 0, 0)
    shown = _calibration(desk, caller, at.id or None, group=not at.id, past=bool(past), topic=topic)
    return standings_cards.calibration_details(shown)


def profile(desk: Desk, caller: Caller, user_id: int | None) -> Message:
    """Return a member's record in one sentence, with the picture of their scores."""
    shown = _profile(desk, caller, user_id)
    return front_cards.profile_card(shown, profile_picture(shown))


def profile_details(desk: Desk, caller: Caller, at: Key) -> Message:
    """Return all of the record that a button is about."""
    return standings_cards.profile_details(_profile(desk, caller, at.id))


def _calibration(
    desk: Desk,
    caller: Caller,
    user_id: int | None,
    *,
    group: bool,
    past: bool,
    topic: str | int,
) -> Calibration:
    shown = standings_service.show_calibration(
        desk, caller, user_id, group=group, past=past, topic=topic
    )
    if shown is None:
        raise _unknown(caller, user_id)
    return shown


def _profile(desk: Desk, caller: Caller, user_id: int | None) -> Profile:
    shown = standings_service.show_profile(desk, caller, user_id)
    if shown is None:
        raise _unknown(caller, user_id)
    return shown


def _unknown(caller: Caller, user_id: int | None) -> Refusal:
    return Refusal(YOU_ARE_NEW if user_id in {None, caller.user_id} else STRANGER)


def leaderboard_picture(board: Board) -> Picture | None:
    """Draw one page of the leaderboard; None where there is nothing to draw."""
    if not board.rows or board.unmoved:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.standings import board_charts  # noqa: PLC0415

    return Picture(
        board_charts.leaderboard_chart(board),
        "leaderboard.png",
        board_charts.leaderboard_alt_text(board),
    )


def calibration_picture(shown: Calibration) -> Picture | None:
    """Draw a calibration; None where there is nothing to draw."""
    if shown.reading is None:
        return None
    with LOADING:
        from bot.standings import charts as standings_charts  # noqa: PLC0415 - see above

    return Picture(
        standings_charts.calibration_chart(shown),
        "calibration.png",
        standings_charts.calibration_alt_text(shown),
    )


def profile_picture(profile: Profile) -> Picture | None:
    """Draw a member's newest scores; None where there is none."""
    if not profile.recent:
        return None
    with LOADING:
        from bot.standings import profile_charts  # noqa: PLC0415 - see above

    return Picture(
        profile_charts.profile_chart(profile),
        "profile.png",
        profile_charts.profile_alt_text(profile),
    )
