"""Who and what is there: people, groups, roles, channels, who sits in which voice channel.

Plain records and what they look like in Discord's JSON. Messages are in `messages.py`; nothing here
knows of requests or of the bot's connection, it only announces what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
Announce = Callable[[str, Json], None]

DISCORD_EPOCH_MS = 1_420_070_400_000
ADMINISTRATOR = 1 << 3
ALL_PERMISSIONS = (1 << 52) - 1
# See the channel, send, embed, attach, read history, connect, speak, use commands.
USUAL_PERMISSIONS = sum(1 << bit for bit in (10, 11, 14, 15, 16, 20, 21, 31))
TEXT, DIRECT, VOICE = 0, 1, 2


class Snowflakes:
    """Discord's ids: they carry the time of their making and never repeat or run backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def new(self) -> int:
        milliseconds = int(self._clock() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last

    def new_on(self, shard: int, shards: int) -> int:
        """An id of a group that Discord puts on this shard: of a moment a few milliseconds on."""
        moment = (self.new() >> 22) + 1
        self._last = moment + (shard - moment) % shards << 22
        return self._last


def timestamp(seconds: float) -> str:
    """As Discord writes a time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int
    position: int

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "color": 0,
            "hoist": False,
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }


@dataclass(eq=False)
class Channel:
    """A text or voice channel of a group, or (without a group) a conversation with one person."""

    id: int
    kind: int
    name: str
    guild: Guild | None
    recipient: User | None = None
    position: int = 0

    def payload(self) -> Json:
        shared = {"id": str(self.id), "type": self.kind, "last_message_id": None, "flags": 0}
        if self.recipient is not None:
            return shared | {"recipients": [self.recipient.payload()]}
        place = {"guild_id": str(self.guild.id) if self.guild else None, "name": self.name}
        looks = {"position": self.position, "permission_overwrites": [], "parent_id": None}
        voice = {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
        text = {"topic": None, "nsfw": False, "rate_limit_per_user": 0}
        return shared | place | looks | (voice if self.kind == VOICE else text)


@dataclass(eq=False)
class Member:
    """A person in a group."""

    guild: Guild
    user: User
    roles: list[Role]
    joined_at: str
    nick: str | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    @property
    def permissions(self) -> int:
        granted = self.guild.everyone.permissions
        for role in self.roles:
            granted |= role.permissions
        return ALL_PERMISSIONS if granted & ADMINISTRATOR else granted

    def payload(self, *, with_user: bool = True) -> Json:
        facts: Json = {
            "nick": self.nick,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": self.joined_at,
            "premium_since": None,
            "communication_disabled_until": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }
        return facts | ({"user": self.user.payload()} if with_user else {})


@dataclass(eq=False)
class Guild:
    """A Discord server; our bot calls it a group."""

    id: int
    name: str
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)
    in_voice: dict[int, Channel] = field(default_factory=dict)
    away: bool = False

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]  # Discord gives that role the id of its group.

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.id),
            "features": [],
            "preferred_locale": "en-US",
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "afk_timeout": 300,
            "afk_channel_id": None,
            "premium_tier": 0,
            "emojis": [],
            "stickers": [],
            "roles": [role.payload() for role in self.roles.values()],
        }

    def created_payload(self, visible: list[Member]) -> Json:
        """All that the gateway tells a bot about a group when it connects."""
        return self.payload() | {
            "unavailable": False,
            "large": False,
            "member_count": len(self.members),
            "joined_at": timestamp(0),
            "channels": [channel.payload() for channel in self.channels.values()],
            "members": [member.payload() for member in visible],
            "voice_states": [self.voice_state(user) for user in self.in_voice],
            "guild_scheduled_events": list(self.events.values()),
            "threads": [],
            "presences": [],
            "stage_instances": [],
            "soundboard_sounds": [],
        }

    def voice_state(self, user_id: int) -> Json:
        channel = self.in_voice.get(user_id)
        flags = ("deaf", "mute", "self_deaf", "self_mute", "self_video", "suppress")
        return {
            "guild_id": str(self.id),
            "channel_id": str(channel.id) if channel else None,
            "user_id": str(user_id),
            "member": self.members[user_id].payload(),
            "session_id": f"voice-{user_id}",
            "request_to_speak_timestamp": None,
        } | dict.fromkeys(flags, False)


class World:
    """All of it, found by id, and the ways in which a test furnishes it."""

    def __init__(self, clock: Callable[[], float], announce: Announce) -> None:
        self.clock = clock
        self.announce = announce
        self.ids = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bot = self.add_user("Dojo", bot=True)
        self.application_id = self.bot.id

    def add_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.ids.new(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, shard: int = 0, shards: int = 1, *, new: bool = False) -> Guild:
        """A group in which the bot is an administrator, on this shard of so many.

        It came long ago, or has just come if the group is new: then it says welcome at some moment.
        """
        guild = Guild(self.ids.new_on(shard, shards), name)
        guild.roles[guild.id] = Role(guild.id, "@everyone", USUAL_PERMISSIONS, 0)
        self.guilds[guild.id] = guild
        powers = self._new_role(guild, self.bot.name, ADMINISTRATOR)
        came = self._now() if new else timestamp(0)
        guild.members[self.bot.id] = Member(guild, self.bot, [powers], came)
        self.announce_guild(guild)
        return guild

    def announce_guild(self, guild: Guild) -> None:
        self.announce("GUILD_CREATE", guild.created_payload([guild.members[self.bot.id]]))

    def add_role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        role = self._new_role(guild, name, permissions)
        created = {"guild_id": str(guild.id), "role": role.payload()}
        self.announce("GUILD_ROLE_CREATE", created)
        return role

    def add_member(
        self, guild: Guild, user: User, *, permissions: int = 0, roles: tuple[Role, ...] = ()
    ) -> Member:
        """Let someone in. `permissions` come on top of everyone's, through a role of their own."""
        own = [self.add_role(guild, f"{user.name}'s", permissions)] if permissions else []
        member = Member(guild, user, [*roles, *own], self._now())
        guild.members[user.id] = member
        self.announce("GUILD_MEMBER_ADD", member.payload() | {"guild_id": str(guild.id)})
        return member

    def add_channel(self, guild: Guild, kind: int, name: str) -> Channel:
        channel = Channel(self.ids.new(), kind, name, guild, position=len(guild.channels))
        guild.channels[channel.id] = self.channels[channel.id] = channel
        self.announce("CHANNEL_CREATE", channel.payload())
        return channel

    def direct_channel(self, user: User) -> Channel:
        """The conversation of the bot with this person; there is one only."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.new(), DIRECT, user.name, None, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def delete_channel(self, channel: Channel) -> None:
        del self.channels[channel.id]
        if channel.guild is not None:
            del channel.guild.channels[channel.id]
            self.announce("CHANNEL_DELETE", channel.payload())

    def _new_role(self, guild: Guild, name: str, permissions: int) -> Role:
        role = Role(self.ids.new(), name, permissions, position=len(guild.roles))
        guild.roles[role.id] = role
        return role

    def _now(self) -> str:
        return timestamp(self.clock())
