"""A small stand-in for Discord, against which a real bot process runs over real sockets.

Where simcord replaces discord.py's transport inside one process, this is another process's HTTP API
and gateway: for what only shows with a real network, a lost reply, a process that is killed.

    async with LoopbackDiscord() as discord:
        guild = discord.add_guild()
        circle = discord.add_text_channel(guild)
        ann = discord.add_member(guild, discord.add_user("Ann"))
        with BotProcess(discord, "run") as bot:
            await bot.online()
            answer = await discord.slash(circle, ann, "session start", {"turn": "10m"})
            [card] = discord.messages(circle)
            await discord.click(card, ann, label="Join")
            bot.kill()
"""

from .actors import NotAnswered
from .components import NotOnScreen
from .faults import Delay, Fault
from .interactions import Interaction
from .messages import Message
from .server import LoopbackDiscord
from .wire import Request
from .world import Channel, Guild, Member, Role, User

__all__ = [
    "Channel",
    "Delay",
    "Fault",
    "Guild",
    "Interaction",
    "LoopbackDiscord",
    "Member",
    "Message",
    "NotAnswered",
    "NotOnScreen",
    "Request",
    "Role",
    "User",
]
