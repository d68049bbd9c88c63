"""The one table of all commands, buttons, cards, timers and reactions to Discord.

Whatever runs the bot (delivery, alarms, the client) is handed these by `app.py` and knows no
feature. A new command, card, button or timer is one entry here.
"""

from collections.abc import Iterable
from functools import partial

from discord import app_commands

from bot.calendars import commands as calendars_commands
from bot.calendars import views as calendars_views
from bot.circle import commands as circle_commands
from bot.circle import views as circle_views
from bot.core import keys
from bot.data import commands as data_commands
from bot.data import views as data_views
from bot.digest import cards as digest_cards
from bot.digest import read_model as digest_read_model
from bot.digest import service as digest_service
from bot.door import corrections
from bot.door.card_table import Card, CardTable, timeless
from bot.door.parts import AnyCommand, AnyMenu
from bot.forecasts import commands as forecasts_commands
from bot.forecasts import views as forecasts_views
from bot.groups import cards as groups_cards
from bot.groups import commands as groups_commands
from bot.groups import panel_cards
from bot.groups import read_model as groups_read_model
from bot.groups import service as groups_service
from bot.groups import views as groups_views
from bot.pastcasts import (
    by_hand_views,
    dealt_cards,
    warm_up_cards,
    warm_up_read_model,
    warm_up_rules,
    warm_up_views,
)
from bot.pastcasts import read_model as pastcasts_read_model
from bot.pastcasts import views as pastcasts_views
from bot.pastcasts import warm_up as warm_up_service
from bot.practice import commands as practice_commands
from bot.practice import views as practice_views
from bot.questions import cards as questions_cards
from bot.questions import commands as questions_commands
from bot.questions import inquiries as questions_inquiries
from bot.questions import (
    inquiry_cards,
    inquiry_read_model,
    inquiry_views,
    outcome_cards,
    proposal_cards,
    proposals,
    watching,
)
from bot.questions import read_model as questions_read_model
from bot.questions import service as questions_service
from bot.questions import views as questions_views
from bot.rounds import cards as rounds_cards
from bot.rounds import commands as rounds_commands
from bot.rounds import read_model as rounds_read_model
from bot.rounds import service as rounds_service
from bot.rounds import summary_picture
from bot.rounds import views as rounds_views
from bot.runtime.alarms import Timer
from bot.runtime.changes import Reactions
from bot.schedule import cards as schedule_cards
from bot.schedule import commands as schedule_commands
from bot.schedule import hour, hour_cards, lifecycle
from bot.schedule import read_model as schedule_read_model
from bot.schedule import views as schedule_views
from bot.schedule.sharing import commands as sharing_commands
from bot.sessions import cards as sessions_cards
from bot.sessions import commands as sessions_commands
from bot.sessions import hosting
from bot.sessions import read_model as sessions_read_model
from bot.sessions import views as sessions_views
from bot.standings import commands as standings_commands
from bot.standings import stored as standings_stored
from bot.standings import views as standings_views
from storage import (
    digests,
    inquiries,
    planning,
    questions,
    rounds,
    sessions,
    standings,
    warm_ups,
    watches,
)
from storage.enums import CardKind, SessionState
from storage.tables import Group, Meetup, Question, Round, WarmUp


def _group(group: app_commands.Group, *lists: Iterable[AnyCommand]) -> app_commands.Group:
    for commands in lists:
        for command in commands:
            group.add_command(command)
    return group


COMMANDS: tuple[AnyCommand | AnyMenu, ...] = (
    _group(
        app_commands.Group(
            name="session", description="Meetups: plan, start, speak, end", guild_only=True
        ),
        sessions_commands.COMMANDS,
        rounds_commands.COMMANDS,
        schedule_commands.COMMANDS,
        sharing_commands.COMMANDS,
    ),
    *questions_commands.COMMANDS,
    *questions_commands.MENUS,
    *forecasts_commands.COMMANDS,
    *standings_commands.COMMANDS,
    *circle_commands.COMMANDS,
    *practice_commands.COMMANDS,
    _group(
        app_commands.Group(
            name="settings",
            description="How this group works, and where you are invited by mail",
            guild_only=True,
        ),
        groups_commands.SETTINGS,
        calendars_commands.SETTINGS,
    ),
    *groups_commands.COMMANDS,
    *data_commands.COMMANDS,
)

# Buttons, selects and forms by the first word of their custom id.
ACTIONS = {
    **corrections.ACTIONS,
    **sessions_views.ACTIONS,
    **schedule_views.ACTIONS,
    **warm_up_views.ACTIONS,
    **calendars_views.ACTIONS,
    **pastcasts_views.ACTIONS,
    **rounds_views.ACTIONS,
    **questions_views.ACTIONS,
    **inquiry_views.ACTIONS,
    **by_hand_views.ACTIONS,
    **forecasts_views.ACTIONS,
    **standings_views.ACTIONS,
    **groups_views.ACTIONS,
    **circle_views.ACTIONS,
    **practice_views.ACTIONS,
    **data_views.ACTIONS,
}

# Every message that the bot keeps up, by the kind of its key.
CARDS = CardTable(
    {
        CardKind.ANNOUNCEMENT: Card(
            schedule_read_model.read_announcement, schedule_cards.announcement_card, Meetup
        ),
        CardKind.REMINDER: Card(
            timeless(schedule_read_model.read_reminder), schedule_cards.reminder_message, Meetup
        ),
        CardKind.PLACE: Card(
            timeless(schedule_read_model.read_place), schedule_cards.place_message, Meetup
        ),
        CardKind.HOUR: Card(timeless(hour.read_hour), hour_cards.hour_message, Meetup),
        CardKind.NOTICE: Card(
            timeless(schedule_read_model.read_notice), schedule_cards.notice_message, Meetup
        ),
        CardKind.LOBBY: Card(sessions_read_model.read_lobby, sessions_cards.lobby_card, Meetup),
        CardKind.WARM_UP: Card(
            timeless(warm_up_read_model.read_warm_up), warm_up_cards.warm_up_card, WarmUp
        ),
        CardKind.EVENING: Card(
            timeless(sessions_read_model.read_evening),
            sessions_cards.evening_card,
            Meetup,
            linked_on=lambda evening: keys.announcement(evening.id),
        ),
        CardKind.BLIND: Card(rounds_read_model.read_phase, rounds_cards.blind_card, Round),
        CardKind.TURN: Card(rounds_read_model.read_turn, rounds_cards.turn_card, Round),
        CardKind.CUE: Card(
            rounds_read_model.read_cue,
            rounds_cards.cue_message,
            Round,
            traces=rounds_read_model.read_posted_cues,
        ),
        CardKind.FINAL: Card(rounds_read_model.read_phase, rounds_cards.final_card, Round),
        CardKind.STOPPED: Card(rounds_read_model.read_stopped, rounds_cards.stopped_card, Round),
        CardKind.SUMMARY: Card(
            rounds_read_model.read_summary,
            summary_picture.draw_summary,
            Round,
            undrawn=summary_picture.draw_around_picture,
        ),
        CardKind.DEALT: Card(
            timeless(pastcasts_read_model.read_dealt), dealt_cards.dealt_card, Question
        ),
        CardKind.QUESTION: Card(
            timeless(questions_read_model.read_question), questions_cards.question_card, Question
        ),
        CardKind.RESOLUTION: Card(
            timeless(questions_read_model.read_resolution),
            outcome_cards.resolution_card,
            Question,
        ),
        CardKind.NEW_OUTCOME: Card(
            timeless(questions_read_model.read_new_outcome),
            outcome_cards.new_outcome_message,
            Question,
        ),
        CardKind.PROPOSAL: Card(
            timeless(proposals.read_proposal), proposal_cards.proposal_card, Question
        ),
        CardKind.SOURCE: Card(timeless(proposals.read_gone), proposal_cards.gone_message, Question),
        CardKind.INQUIRY: Card(
            timeless(inquiry_read_model.read_inquiry), inquiry_cards.inquiry_card, Question
        ),
        CardKind.OVERDUE: Card(
            timeless(inquiry_read_model.read_overdue), inquiry_cards.overdue_card, Group
        ),
        CardKind.TROUBLE: Card(
            timeless(groups_read_model.read_trouble), groups_cards.trouble_message
        ),
        CardKind.WELCOME: Card(
            timeless(groups_read_model.read_welcome),
            panel_cards.welcome_card,
            Group,
            returns=False,
        ),
        CardKind.DIGEST: Card(
            timeless(digest_read_model.read_digest), digest_cards.digest_message, Group
        ),
    }
)

# What time alone brings about. Ringing twice changes nothing.
TIMERS = {
    "round": Timer(rounds_service.expire, rounds.due),
    "question": Timer(questions_service.close_due, questions.due),
    "watch": Timer(watching.hear, watches.due, asks=watching.to_ask),
    "inquiry": Timer(questions_inquiries.ask_due, inquiries.due),
    "session": Timer(lifecycle.remind_due, partial(sessions.due, state=SessionState.SCHEDULED)),
    "live": Timer(hosting.look_after, partial(sessions.due, state=SessionState.LIVE)),
    "warm_up": Timer(warm_up_service.close_due, partial(warm_ups.due, length=warm_up_rules.LENGTH)),
    "series": Timer(lifecycle.announce_due, planning.due),
    "digest": Timer(digest_service.send_due, digests.due, apart=True),
    "standings": Timer(standings_stored.refresh, standings.due, apart=True),
}

# What follows when something happens in Discord that is no press.
REACTIONS = Reactions(
    joined=groups_service.wake_up,
    welcome=groups_service.welcome,
    removed=groups_service.fall_asleep,
    channel_lost=hosting.lose_channel,
    left_call=hosting.leave_call,
    came_to_call=hosting.arrive_on_call,
    interest_changed=lifecycle.interest_changed,
)
