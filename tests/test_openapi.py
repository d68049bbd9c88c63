"""What `tests/openapi.py` accepts and refuses, mostly with bodies that discord.py itself made."""

from __future__ import annotations

import io
import json
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.http import handle_message_parameters
from discord.webhook.async_ import interaction_message_response_params, interaction_response_params

from tests.openapi import DiscordSpec

MESSAGES = "/channels/1001/messages"
CALLBACK = "/interactions/1002/a-token/callback"


@pytest.fixture(scope="module")
def spec() -> DiscordSpec:
    return DiscordSpec()


class ForecastModal(discord.ui.Modal, title="Your forecast"):
    """One of each thing that a modal of ours may ask for."""

    advice: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Type 70, 70%, 0.7 or 7/10.")
    probability: discord.ui.Label[Any] = discord.ui.Label(
        text="Probability", component=discord.ui.TextInput(max_length=10, custom_id="probability")
    )
    kind: discord.ui.Label[Any] = discord.ui.Label(
        text="Kind",
        description="Most questions are binary.",
        component=discord.ui.Select(
            custom_id="kind", options=[discord.SelectOption(label="Binary", value="binary")]
        ),
    )


class TurnCard(discord.ui.LayoutView):
    """A card of the newer sort: text, a button beside it, a row of buttons below."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        record = discord.ui.Button[Any](label="Record forecast", custom_id="turn:1:2:record")
        row = discord.ui.ActionRow[Any](
            discord.ui.Button[Any](label="Done", custom_id="turn:1:2:done")
        )
        self.add_item(
            discord.ui.Container(
                discord.ui.Section("It is your turn.", accessory=record),
                discord.ui.Separator(),
                row,
            )
        )


def session_group() -> app_commands.Group:
    """A group of commands with every sort of option that we use."""
    group = app_commands.Group(
        name="session",
        description="Meet and forecast",
        default_permissions=discord.Permissions(manage_events=True),
        guild_only=True,
    )

    @group.command(name="schedule", description="Plan a session")
    @app_commands.describe(when="Thursday 19:00")
    @app_commands.choices(repeat=[app_commands.Choice(name="weekly", value="weekly")])
    async def schedule(
        interaction: discord.Interaction,
        when: str,
        host: discord.Member | None = None,
        voice: discord.VoiceChannel | None = None,
        repeat: str = "none",
        seats: app_commands.Range[int, 1, 25] = 10,
        weight: app_commands.Range[float, 0.0, 1.0] = 1.0,
        remind: bool = True,
    ) -> None: ...

    @schedule.autocomplete("when")
    async def complete_when(
        _interaction: discord.Interaction, _typed: str
    ) -> list[app_commands.Choice[str]]:
        return []

    return group


def test_a_good_message_passes(spec: DiscordSpec) -> None:
    body = {"content": "Hello", "tts": False, "nonce": "turn-1-2", "enforce_nonce": True}

    assert spec.problems("POST", MESSAGES, body) == []


def test_what_discord_py_makes_of_a_message_with_everything_passes(spec: DiscordSpec) -> None:
    with handle_message_parameters(
        content="<@7> your turn",
        embed=discord.Embed(title="Circle", colour=0x123456).set_image(
            url="attachment://chart.png"
        ),
        file=discord.File(io.BytesIO(b"png"), "chart.png", description="The chart"),
        allowed_mentions=discord.AllowedMentions(users=[discord.Object(7)], everyone=False),
        message_reference={"message_id": 5, "channel_id": 6},
    ) as params:
        body = json.loads((params.multipart or [])[0]["value"])

    assert spec.problems("POST", MESSAGES, body) == []


@pytest.mark.asyncio
async def test_a_card_made_of_layout_components_passes(spec: DiscordSpec) -> None:
    params = handle_message_parameters(view=TurnCard())

    assert spec.problems("POST", MESSAGES, params.payload) == []
    assert spec.problems("PATCH", f"{MESSAGES}/55", params.payload) == []


def test_content_longer_than_a_bot_may_send_is_refused(spec: DiscordSpec) -> None:
    [problem] = spec.problems("POST", MESSAGES, {"content": "a" * 2001})

    assert problem.startswith("content: ")
    assert problem.endswith("is longer than 2000 characters")
    assert len(problem) < 140


def test_a_component_that_cannot_stand_there_is_refused_with_what_could(spec: DiscordSpec) -> None:
    body = {"components": [{"type": 1, "components": [{"type": 99}]}, {"type": 2, "style": 1}]}

    assert spec.problems("POST", MESSAGES, body) == [
        "components[0].components[0].type: 99 is none of 2, 3, 5, 6, 7, 8",
        "components[1].type: 2 is none of 1, 9, 10, 12, 13, 14, 17",
    ]


def test_a_fault_deep_inside_a_card_is_told_by_its_place_alone(spec: DiscordSpec) -> None:
    button = {"type": 2, "style": 1, "custom_id": "x", "label": "L" * 81}
    body = {"type": 7, "data": {"components": [{"type": 1, "components": [button]}]}}

    [problem] = spec.problems("POST", CALLBACK, body)

    assert problem.startswith("data.components[0].components[0].label: ")
    assert problem.endswith("is longer than 80 characters")


@pytest.mark.asyncio
async def test_the_commands_that_discord_py_registers_pass(spec: DiscordSpec) -> None:
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client)
    tree.add_command(session_group())
    body = [command.to_dict(tree) for command in tree.get_commands()]

    assert spec.problems("PUT", "/applications/1/commands", body) == []
    assert spec.problems("PUT", "/applications/1/guilds/2/commands", body) == []


@pytest.mark.asyncio
async def test_a_command_with_too_long_a_description_is_refused(spec: DiscordSpec) -> None:
    body = [{"name": "session", "description": "d" * 101}]

    [problem] = spec.problems("PUT", "/applications/1/commands", body)

    assert problem.startswith("[0].description: ")


@pytest.mark.asyncio
async def test_a_modal_of_labels_passes_as_the_answer_to_an_interaction(spec: DiscordSpec) -> None:
    params = interaction_response_params(9, ForecastModal().to_dict())

    assert spec.problems("POST", CALLBACK, params.payload) == []


@pytest.mark.asyncio
async def test_a_modal_whose_title_is_too_long_is_refused(spec: DiscordSpec) -> None:
    params = interaction_response_params(9, ForecastModal(title="T" * 46).to_dict())

    [problem] = spec.problems("POST", CALLBACK, params.payload)

    assert problem.startswith("data.title: ")


def test_answers_and_follow_ups_to_an_interaction_pass(spec: DiscordSpec) -> None:
    private = discord.MessageFlags(ephemeral=True)
    answer = interaction_message_response_params(type=4, content="Recorded.", flags=private)
    follow_up = handle_message_parameters(content="And one more thing", flags=private)

    assert spec.problems("POST", CALLBACK, answer.payload) == []
    assert spec.problems("POST", CALLBACK, {"type": 5}) == []
    assert spec.problems("POST", "/webhooks/1/a-token?wait=1", follow_up.payload) == []
    assert spec.problems("PATCH", "/webhooks/1/a-token/messages/@original", {"content": "!"}) == []


def test_ids_pass_as_numbers_but_only_where_an_id_belongs(spec: DiscordSpec) -> None:
    assert spec.problems("POST", "/users/@me/channels", {"recipient_id": 7}) == []
    assert spec.problems("POST", "/users/@me/channels", {"recipient_id": "7"}) == []
    assert spec.problems("POST", "/users/@me/channels", {"recipient_id": -7}) != []
    assert spec.problems("POST", MESSAGES, {"content": 7}) != []


def test_a_request_without_a_body_passes_only_where_none_is_needed(spec: DiscordSpec) -> None:
    assert spec.problems("DELETE", f"{MESSAGES}/5", None) == []
    assert spec.problems("GET", MESSAGES, None) == []
    assert spec.problems("POST", MESSAGES, None) == [
        "POST /channels/{channel_id}/messages needs a body"
    ]
    assert spec.problems("DELETE", f"{MESSAGES}/5", {"content": "?"}) == [
        "DELETE /channels/{channel_id}/messages/{message_id} takes no body"
    ]


@pytest.mark.parametrize("path", ["/channels/None/messages", "/chanels/1/messages", "/"])
def test_a_path_that_discord_does_not_have_is_a_problem(spec: DiscordSpec, path: str) -> None:
    assert spec.problems("POST", path, {"content": "Hello"}) == [
        f"POST {path}: Discord has no such path"
    ]


def test_a_method_that_the_path_does_not_take_is_a_problem(spec: DiscordSpec) -> None:
    assert spec.problems("PUT", MESSAGES, {}) == [
        f"PUT {MESSAGES}: Discord knows this path, but not with PUT"
    ]


def test_a_scheduled_event_is_judged_as_the_kind_that_it_says_it_is(spec: DiscordSpec) -> None:
    event = {
        "name": "Forecasting evening",
        "privacy_level": 2,
        "entity_type": 3,
        "scheduled_start_time": "2026-12-03T18:30:00+00:00",
    }

    assert spec.problems("POST", "/guilds/1/scheduled-events", event) == [
        'the body: "entity_metadata" is a required property'
    ]
    assert spec.problems("POST", "/guilds/1/scheduled-events", event | {"entity_type": 9}) == [
        "entity_type: 9 is none of 1, 2, 3"
    ]
