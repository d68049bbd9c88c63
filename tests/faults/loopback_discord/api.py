"""Discord's endpoints: each handler is one of them, and a few lines.

What a handler does is in `world`, `messages` and `interactions`; how requests arrive and answers
leave is in `wire`. Whatever isn't in `routes` gets Discord's 404 and is noted down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .faults import Refusal

if TYPE_CHECKING:
    from .interactions import Interactions
    from .messages import Messages
    from .wire import Call, Endpoint
    from .world import Channel, Guild, Json, World


class Api:
    """Discord's HTTP API over the things in this world."""

    def __init__(self, world: World, messages: Messages, interactions: Interactions) -> None:
        self._world = world
        self._messages = messages
        self._interactions = interactions
        self.socket_url = ""
        self.shards = 1
        self.max_concurrency = 16  # tests have no time for one start every five seconds
        self.commands: dict[int | None, list[Json]] = {}

    def routes(self) -> list[tuple[str, str, Endpoint]]:
        messages, message = "/channels/{channel}/messages", "/channels/{channel}/messages/{message}"
        hook = "/webhooks/{application}/{token}"
        events, event = (
            "/guilds/{guild}/scheduled-events",
            "/guilds/{guild}/scheduled-events/{event}",
        )
        commands = "/applications/{application}/commands"
        guild_commands = "/applications/{application}/guilds/{guild}/commands"
        return [
            ("GET", "/gateway", self.gateway_url),
            ("GET", "/gateway/bot", self.gateway_bot),
            ("GET", "/users/@me", lambda _: self._world.bot.payload()),
            ("GET", "/users/{user}", self.user),
            ("POST", "/users/@me/channels", self.open_direct_channel),
            ("GET", "/applications/@me", self.application_info),
            ("GET", "/oauth2/applications/@me", self.application_info),
            ("GET", commands, self.list_commands),
            ("PUT", commands, self.register_commands),
            ("GET", guild_commands, self.list_commands),
            ("PUT", guild_commands, self.register_commands),
            ("GET", "/guilds/{guild}", lambda call: self._guild(call).payload()),
            ("GET", "/guilds/{guild}/channels", self.guild_channels),
            ("GET", "/guilds/{guild}/members", self.members),
            ("GET", "/guilds/{guild}/members/{user}", self.member),
            ("GET", events, lambda call: list(self._guild(call).events.values())),
            ("POST", events, self.create_event),
            ("GET", event, self.event),
            ("PATCH", event, self.edit_event),
            ("DELETE", event, self.delete_event),
            ("GET", "/channels/{channel}", lambda call: self._channel(call).payload()),
            ("POST", "/channels/{channel}/typing", self.start_typing),
            ("GET", messages, self.history),
            ("POST", messages, self.create_message),
            ("GET", message, self._message),
            ("PATCH", message, self.edit_message),
            ("DELETE", message, self.delete_message),
            ("POST", "/interactions/{interaction}/{token}/callback", self.callback),
            ("POST", hook, self.follow_up),
            ("GET", hook + "/messages/{message}", self._response),
            ("PATCH", hook + "/messages/{message}", self.edit_response),
            ("DELETE", hook + "/messages/{message}", self.delete_response),
        ]

    # The application and its commands

    def gateway_url(self, _: Call) -> Json:
        return {"url": self.socket_url}

    def gateway_bot(self, _: Call) -> Json:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0}
        limit["max_concurrency"] = self.max_concurrency
        return {"url": self.socket_url, "shards": self.shards, "session_start_limit": limit}

    def application_info(self, _: Call) -> Json:
        return {
            "id": str(self._world.application_id),
            "name": self._world.bot.name,
            "description": "",
            "icon": None,
            "bot_public": False,
            "bot_require_code_grant": False,
            "owner": self._world.bot.payload(),
            "verify_key": "0" * 64,
            "flags": 0,
        }

    def register_commands(self, call: Call) -> list[Json]:
        """Replaces all of them. One that stays keeps its id, as with Discord."""
        guild = call.id("guild") if "guild" in call.ids else None
        known = {command["name"]: command["id"] for command in self.commands.get(guild, ())}
        home = {"guild_id": str(guild)} if guild else {}
        facts = {"application_id": str(self._world.application_id), "version": "1"} | home
        self.commands[guild] = [
            {"type": 1, "options": [], "description": "", "default_member_permissions": None}
            | command
            | facts
            | {"id": known.get(command["name"], str(self._world.ids.new()))}
            for command in call.json
        ]
        return self.commands[guild]

    def list_commands(self, call: Call) -> list[Json]:
        return self.commands.get(call.id("guild") if "guild" in call.ids else None, [])

    # People and groups

    def user(self, call: Call) -> Json:
        user = self._world.users.get(call.id("user"))
        if user is None:
            raise Refusal(404, 10013, "Unknown User")
        return user.payload()

    def open_direct_channel(self, call: Call) -> Json:
        user = self._world.users.get(int(call.json["recipient_id"]))
        if user is None:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return self._world.direct_channel(user).payload()

    def guild_channels(self, call: Call) -> list[Json]:
        return [channel.payload() for channel in self._guild(call).channels.values()]

    def members(self, call: Call) -> list[Json]:
        after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
        members = sorted(self._guild(call).members.values(), key=lambda member: member.id)
        return [member.payload() for member in members if member.id > after][:limit]

    def member(self, call: Call) -> Json:
        member = self._guild(call).members.get(call.id("user"))
        if member is None:
            raise Refusal(404, 10007, "Unknown Member")
        return member.payload()

    # Scheduled events

    def create_event(self, call: Call) -> Json:
        guild = self._guild(call)
        number = self._world.ids.new()
        blank = dict.fromkeys(
            ("channel_id", "description", "entity_metadata", "entity_id", "image")
        )
        facts = {"id": str(number), "guild_id": str(guild.id), "status": 1, "user_count": 0}
        creator = {"creator_id": str(self._world.bot.id), "creator": self._world.bot.payload()}
        end = {"scheduled_end_time": None}
        guild.events[number] = blank | end | call.json | facts | creator
        self._world.announce("GUILD_SCHEDULED_EVENT_CREATE", guild.events[number])
        return guild.events[number]

    def event(self, call: Call) -> Json:
        event = self._guild(call).events.get(call.id("event"))
        if event is None:
            raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
        return event

    def edit_event(self, call: Call) -> Json:
        event = self.event(call)
        event.update(call.json)
        self._world.announce("GUILD_SCHEDULED_EVENT_UPDATE", event)
        return event

    def delete_event(self, call: Call) -> None:
        event = self.event(call)
        del self._guild(call).events[call.id("event")]
        self._world.announce("GUILD_SCHEDULED_EVENT_DELETE", event)

    # Messages

    def history(self, call: Call) -> list[Json]:
        return self._messages.page(self._channel(call).id, call.query)

    def create_message(self, call: Call) -> Json:
        return self._messages.send(self._channel(call), call.json, call.files)

    def start_typing(self, call: Call) -> None:
        self._channel(call)  # Nobody watches the dots, but an unknown channel is an error.

    def edit_message(self, call: Call) -> Json:
        message = self._message(call)
        if message["author"]["id"] != str(self._world.bot.id):
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        return self._messages.edit(message, call.json, call.files)

    def delete_message(self, call: Call) -> None:
        self._messages.delete(self._message(call))

    # Interactions

    def callback(self, call: Call) -> Json | None:
        number, token = call.id("interaction"), call.ids["token"]
        answer = self._interactions.answer(number, token, call.json, call.files)
        return answer if call.query.get("with_response") in ("1", "true", "True") else None

    def follow_up(self, call: Call) -> Json:
        return self._interactions.follow_up(call.ids["token"], call.json, call.files)

    def edit_response(self, call: Call) -> Json:
        return self._messages.edit(self._response(call), call.json, call.files)

    def delete_response(self, call: Call) -> None:
        self._messages.delete(self._response(call))

    def _response(self, call: Call) -> Json:
        return self._interactions.message(call.ids["token"], call.ids["message"])

    # What the ids in a path stand for

    def _guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(call.id("guild"))
        if guild is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return guild

    def _channel(self, call: Call) -> Channel:
        channel = self._world.channels.get(call.id("channel"))
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        return channel

    def _message(self, call: Call) -> Json:
        return self._messages.get(self._channel(call).id, call.id("message"))
