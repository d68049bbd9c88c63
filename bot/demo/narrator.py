"""Prints the demo's transcript: who did what, what the bot answered, the cards as text."""

import re
from datetime import datetime, timedelta

import discord
import simcord
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.core.refusals import say_duration
from bot.demo.stage import Stage, labels, texts

WIDTH = 92


class Narrator:
    """Tells the evening chapter by chapter, with how far it has come."""

    def __init__(self, stage: Stage, chapters: int) -> None:
        self._stage = stage
        self._chapters = chapters
        self._chapter = 0
        self._printed: dict[int, str] = {}
        self._console = Console(width=WIDTH, highlight=False)

    def chapter(self, title: str) -> None:
        """Print the title of a new part of the evening."""
        self._chapter += 1
        bar = "█" * self._chapter + "░" * (self._chapters - self._chapter)
        self._console.print()
        self._console.print(Rule(f"[bold]{self._chapter}/{self._chapters} {bar} {title}[/]"))
        self._console.print()

    def say(self, text: str) -> None:
        """Print a sentence of the narrator."""
        self._console.print(Text(text, style="italic"))

    def act(self, who: str, action: str, answer: simcord.InteractionResult | None = None) -> None:
        """Print what somebody does, and the private answer they get."""
        self._console.print(Text.assemble(("▸ ", "cyan"), (who, "bold cyan"), f" {action}"))
        private = answer.response if answer is not None else None
        if private is not None and private.ephemeral and private.content:
            said = self.plain(private.content).replace("**", "")
            self._console.print(Padding(Text(f"🔒 {said}", style="yellow"), (0, 0, 0, 4)))

    def show(self, message: discord.Message) -> None:
        """Print a card as text."""
        self._printed[message.id] = _fingerprint(message)
        self._console.print(self._panel(message))

    def show_private(self, answer: simcord.InteractionResult) -> None:
        """Print a card that one person sees."""
        if answer.response is not None:
            self._console.print(self._panel(answer.response.message))

    def news(self) -> None:
        """Print every card that is new or has changed since it was last printed."""
        for message in self._stage.messages():
            if self._printed.get(message.id) != _fingerprint(message):
                self.show(message)

    def skip_news(self) -> None:
        """Mark all changed cards as printed, without printing them."""
        for message in self._stage.messages():
            self._printed[message.id] = _fingerprint(message)

    def plain(self, text: str) -> str:
        """Return text as a client shows it: names for mentions, words for timestamps."""
        text = re.sub(r"<@!?(\d+)>", lambda match: f"@{self._name(int(match[1]))}", text)
        text = re.sub(r"<#(\d+)>", lambda match: f"#{self._channel(int(match[1]))}", text)
        return re.sub(r"<t:(\d+):(\w)>", lambda match: self._time(int(match[1]), match[2]), text)

    def _panel(self, message: discord.Message) -> Panel:
        parts: list[Markdown | Text] = []
        title = None
        if message.content:
            parts.append(Markdown(self.plain(message.content)))
        for embed in message.embeds:
            title = _unescape(embed.title or "")
            parts += self._embed(embed)
        parts += [Markdown(_lines(self.plain(text))) for text in texts(message)]
        if message.attachments:
            name = message.attachments[0].filename
            parts.append(Text(f"{'🖼' if name.endswith('.png') else '📎'}  {name}", style="magenta"))
        pressable = labels(message)
        if pressable:
            buttons = [part for label in pressable for part in ((f" {label} ", "reverse"), " ")]
            parts += [Text(), Text.assemble(*buttons)]
        return Panel(Group(*parts), title=title and f"[bold]{title}[/]", title_align="left")

    def _embed(self, embed: discord.Embed) -> list[Markdown | Text]:
        parts: list[Markdown | Text] = []
        if embed.description:
            parts.append(Markdown(_lines(self.plain(embed.description))))
        for field in embed.fields:
            parts.append(Text(f"\n{field.name}", style="bold"))
            parts.append(Markdown(_lines(self.plain(field.value or ""))))
        if embed.footer.text:
            parts.append(Text(f"\n{embed.footer.text}", style="dim"))
        return parts

    def _name(self, user_id: int) -> str:
        known = {actor.id: name for name, actor in self._stage.people.items()}
        return known.get(user_id, "somebody")

    def _channel(self, channel_id: int) -> str:
        places = (self._stage.channel, self._stage.voice)
        return next((str(place.name) for place in places if place.id == channel_id), "channel")

    def _time(self, seconds: int, style: str) -> str:
        now = self._stage.env.now()
        at = datetime.fromtimestamp(seconds, now.tzinfo)
        if style == "D":
            return f"{at:%-d %B %Y}"
        if style != "R":
            return f"{at:%-d %B %Y %H:%M}"
        distance = at - now
        if distance < timedelta():
            return f"{say_duration(-distance)} ago"
        return f"in {say_duration(distance)}"


def _lines(text: str) -> str:
    """Keep the line ends of a text, which Markdown would join; leave out signs of small print."""
    return text.replace("-# ", "").replace("\n", "  \n").replace("• ", "- ")


def _unescape(text: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("[", r"\[")


def _fingerprint(message: discord.Message) -> str:
    embeds = [embed.to_dict() for embed in message.embeds]
    return repr((message.content, embeds, texts(message), labels(message)))
