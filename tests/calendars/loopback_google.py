"""A small stand-in of Google's Calendar API and sign-in, on a loopback socket, with its faults.

It keeps to what Google documents: ids and deleted events that keep theirs, ETags and `If-Match`,
the errors' JSON, occurrences of a series, and who gets which mail. What it is sent must be in
Google's own description of the interface, which google-api-python-client brings along.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

CALENDAR = "circle@group.calendar.google.com"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    refuse    Google answers with an error, and nothing was done
    drop      the connection breaks before anything was done
    lose      it was done, and the reply is lost
    slow      it was done, and no reply comes before the client gives up
    late      nothing was done yet when the client gave up; `catch_up()` does it then
    nonsense  it was done, and the reply makes no sense
    rival     somebody else changes the event first
    kill      the client's process is killed before anything was done
    killed    it was done, and then the client's process is killed
    """

    kind: str
    status: int = 0
    reason: str = ""
    retry_after: str = ""


class GoogleError(Exception):
    def __init__(self, status: int, reason: str, retry_after: str = "") -> None:
        self.status, self.reason, self.retry_after = status, reason, retry_after


@dataclass(frozen=True)
class Mail:
    kind: str
    event: str
    to: str


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass
class LoopbackGoogle:
    """The server: what it has, what it was asked, whom it wrote, and what is to go wrong next."""

    delegated: bool = True
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    sign_in_faults: deque[Fault] = field(default_factory=deque)
    tokens: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-1"})
    client_pid: int = 0
    _late: list[Asked] = field(default_factory=list)
    _count: int = 0

    def __enter__(self) -> LoopbackGoogle:
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def alive(self) -> list[dict[str, Any]]:
        """The events that are in the calendar."""
        return [event for event in self.events.values() if event["status"] != "cancelled"]

    def sent(self, kind: str, to: str) -> int:
        return sum(mail.kind == kind and mail.to == to for mail in self.mails)

    def wrote(self) -> list[str]:
        """The methods of the requests that would change something."""
        return [one.method for one in self.asked if one.method != "GET" and "events" in one.path]

    def catch_up(self) -> None:
        """Does what the clients of `late` requests no longer wait for."""
        with self._lock:
            late, self._late = self._late, []
            for asked in late:
                with contextlib.suppress(GoogleError):
                    self._do(asked)

    def touch(self, event_id: str, **changed: Any) -> None:
        """Somebody changes an event in Google Calendar."""
        with self._lock:
            self.events[event_id] |= {**changed, "etag": self._etag()}

    def delete_by_hand(self, event_id: str) -> None:
        self.touch(event_id, status="cancelled")

    def forget(self, event_id: str) -> None:
        """Google no longer knows of a deleted event."""
        del self.events[event_id]

    # One request

    def answer(self, asked: Asked, handler: _Handler) -> None:
        path = asked.path
        if path in {"/token", "/auth"}:
            self._answer_sign_in(asked, handler)
            return
        with self._lock:
            self.asked.append(asked)
            fault = self.faults.popleft() if self.faults else None
        if fault is None:
            fault = Fault("")
        self._break_before(fault, asked, handler)
        if handler.over:
            return
        try:
            with self._lock:
                self._check_token(asked)
                found = self._do(asked)
            answer = (200 if found is not None else 204, found)
        except GoogleError as error:
            answer = None
            refusal = error
        self._break_after(fault, handler)
        if handler.over:
            return
        if answer is None:
            handler.refuse(refusal)
        else:
            handler.reply(*answer)

    def _break_before(self, fault: Fault, asked: Asked, handler: _Handler) -> None:
        if fault.kind == "refuse":
            handler.refuse(GoogleError(fault.status, fault.reason, fault.retry_after))
        elif fault.kind == "drop":
            handler.hang_up()
        elif fault.kind == "late":
            with self._lock:
                self._late.append(asked)
            handler.wait_for_client()
        elif fault.kind == "rival":
            with self._lock:
                for event in self.events.values():
                    event |= {"etag": self._etag(), "colorId": str(self._count % 11 + 1)}
        elif fault.kind == "kill":
            os.kill(self.client_pid, signal.SIGKILL)
            handler.hang_up()

    def _break_after(self, fault: Fault, handler: _Handler) -> None:
        if fault.kind == "lose":
            handler.hang_up()
        elif fault.kind == "slow":
            handler.wait_for_client()
        elif fault.kind == "nonsense":
            handler.reply_text(200, "<html>Sign in to the hotel's network</html>")
        elif fault.kind == "killed":
            os.kill(self.client_pid, signal.SIGKILL)
            handler.hang_up()

    def _check_token(self, asked: Asked) -> None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise GoogleError(401, "authError")

    def _do(self, asked: Asked) -> Any:
        match = re.fullmatch(
            r"/calendar/v3/calendars/([^/]+)/events(?:/([^/]+))?(/instances)?", asked.path
        )
        if match is None or match[1] not in {CALENDAR, CALENDAR.replace("@", "%40")}:
            raise GoogleError(404, "notFound")
        event_id, instances = match[2], match[3]
        if event_id is None:
            return (
                {"etag": self._etag(), "items": []}
                if asked.method == "GET"
                else self._insert(asked)
            )
        if instances:
            return self._instances(event_id, asked)
        master_id, _, original = event_id.partition("_")
        if master_id not in self.events:
            raise GoogleError(404, "notFound")
        if original:
            return self._patch_occurrence(master_id, original, asked)
        return {"GET": self._get, "PATCH": self._patch, "DELETE": self._delete}[asked.method](
            event_id, asked
        )

    # Events

    def _get(self, event_id: str, _asked: Asked) -> Any:
        return _shown(self.events[event_id])

    def _insert(self, asked: Asked) -> Any:
        body = asked.json()
        _check_body(body)
        self._check_guests(body.get("attendees", []))
        if not re.fullmatch(r"[a-v0-9]{5,1024}", body["id"]):
            raise GoogleError(400, "invalid")
        if body["id"] in self.events:
            raise GoogleError(409, "duplicate")
        event = {"attendees": [], "_changes": {}, **body, "etag": self._etag()}
        self.events[body["id"]] = event
        self._mail(asked, "invite", event, event["attendees"])
        return _shown(event)

    def _patch(self, event_id: str, asked: Asked) -> Any:
        event = self.events[event_id]
        self._check_match(event, asked)
        body = asked.json()
        new = _patched(event, body)
        _check_body(new)
        self._check_guests(body.get("attendees", []))
        before = event["attendees"] if event["status"] != "cancelled" else []
        if new.get("recurrence") != event.get("recurrence") or new["start"] != event["start"]:
            new["_changes"] = {}
        self.events[event_id] = new | {"etag": self._etag()}
        old, now = _addresses(before), _addresses(new["attendees"])
        self._mail(asked, "invite", event, _those(new["attendees"], now - old))
        self._mail(asked, "uninvite", event, _those(before, old - now))
        self._mail(asked, "update", event, _those(new["attendees"], now & old))
        return _shown(self.events[event_id])

    def _delete(self, event_id: str, asked: Asked) -> None:
        event = self.events[event_id]
        if event["status"] == "cancelled":
            raise GoogleError(410, "deleted")
        self._check_match(event, asked)
        event |= {"status": "cancelled", "etag": self._etag()}
        self._mail(asked, "uninvite", event, event["attendees"])

    # Occurrences

    def _instances(self, event_id: str, asked: Asked) -> Any:
        if event_id not in self.events:
            raise GoogleError(404, "notFound")
        event = self.events[event_id]
        original = datetime.fromisoformat(asked.query["originalStart"]).astimezone(UTC)
        one = self._occurrence(event, original)
        return {"etag": self._etag(), "items": [] if one is None else [one]}

    def _occurrence(self, event: dict[str, Any], original: datetime) -> dict[str, Any] | None:
        zone = ZoneInfo(event["start"]["timeZone"])
        first = datetime.fromisoformat(event["start"]["dateTime"])
        rule = rrulestr(event["recurrence"][0].removeprefix("RRULE:"), dtstart=first)
        wall = original.astimezone(zone).replace(tzinfo=None)
        if not rule.between(wall, wall, inc=True):
            return None
        length = datetime.fromisoformat(event["end"]["dateTime"]) - first
        key = f"{original:%Y%m%dT%H%M%SZ}"
        one = {
            **{name: event[name] for name in ("summary", "description", "etag")},
            "id": f"{event['id']}_{key}",
            "status": "confirmed",
            "recurringEventId": event["id"],
            "start": {"dateTime": wall.isoformat(), "timeZone": zone.key},
            "end": {"dateTime": (wall + length).isoformat(), "timeZone": zone.key},
        }
        return _shown(one | event["_changes"].get(key, {}))

    def _patch_occurrence(self, master_id: str, key: str, asked: Asked) -> Any:
        event = self.events[master_id]
        original = datetime.strptime(key, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        one = self._occurrence(event, original)
        if one is None:
            raise GoogleError(404, "notFound")
        self._check_match(one, asked)
        body = asked.json()
        _check_body({**one, **body, "attendees": []})
        changed = event["_changes"].setdefault(key, {})
        changed |= {**body, "etag": self._etag()}
        kind = "skip" if body.get("status") == "cancelled" else "change"
        self._mail(asked, kind, event, event["attendees"])
        return self._occurrence(event, original)

    def changes(self, event_id: str) -> dict[str, dict[str, Any]]:
        """How the occurrences of a series differ."""
        return {
            key: {name: text for name, text in change.items() if name != "etag"}
            for key, change in self.events[event_id]["_changes"].items()
        }

    # What both have in common

    def _etag(self) -> str:
        self._count += 1
        return f'"{self._count}"'

    def _check_match(self, event: dict[str, Any], asked: Asked) -> None:
        wanted = asked.headers.get("if-match")
        if wanted is not None and wanted != event["etag"]:
            raise GoogleError(412, "conditionNotMet")

    def _check_guests(self, guests: list[dict[str, Any]]) -> None:
        if guests and not self.delegated:
            raise GoogleError(403, "forbiddenForServiceAccounts")
        if any(not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", one["email"]) for one in guests):
            raise GoogleError(400, "invalid")

    def _mail(
        self, asked: Asked, kind: str, event: dict[str, Any], guests: list[dict[str, Any]]
    ) -> None:
        if asked.query.get("sendUpdates") == "all":
            self.mails += [Mail(kind, event["id"], guest["email"]) for guest in guests]

    # Signing in

    def service_account(self, private_key: str) -> dict[str, str]:
        """The key file of a service account that signs in here."""
        return {
            "type": "service_account",
            "client_email": "dojo@project.iam.gserviceaccount.com",
            "private_key": private_key,
            "private_key_id": "1",
            "token_uri": f"{self.url}/token",
        }

    def oauth_client(self) -> dict[str, Any]:
        """The client file of a desktop app that signs in here."""
        return {
            "installed": {
                "client_id": "client-1",
                "client_secret": "not-so-secret",
                "auth_uri": f"{self.url}/auth",
                "token_uri": f"{self.url}/token",
                "redirect_uris": ["http://localhost"],
            }
        }

    def _answer_sign_in(self, asked: Asked, handler: _Handler) -> None:
        if self.sign_in_faults:
            fault = self.sign_in_faults.popleft()
            handler.reply(fault.status, {"error": fault.reason})
        elif asked.path == "/auth":
            answer = urlencode({"code": "code-1", "state": asked.query["state"]})
            handler.redirect(f"{asked.query['redirect_uri']}?{answer}")
        else:
            self._answer_token(asked, handler)

    def _answer_token(self, asked: Asked, handler: _Handler) -> None:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        refresh = form.get("refresh_token")
        if refresh is not None and refresh not in self.refresh_tokens:
            handler.reply(400, {"error": "invalid_grant"})
            return
        token = f"token-{len(self.tokens)}-{self._etag()[1:-1]}"
        self.tokens.add(token)
        granted = {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
        if form["grant_type"] == "authorization_code":
            assert form["code_verifier"], "a desktop app proves that it asked"
            granted["refresh_token"] = "refresh-2"
            self.refresh_tokens.add("refresh-2")
        handler.reply(200, granted)


class _Handler(BaseHTTPRequestHandler):
    google: LoopbackGoogle
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.over = False
        super().handle_one_request()

    def serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): text for name, text in self.headers.items()},
            body=self.rfile.read(length),
        )
        self.google.answer(asked, self)

    do_GET = do_POST = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    def reply(self, status: int, body: Any) -> None:
        self.reply_text(status, "" if body is None else json.dumps(body), "application/json")

    def reply_text(self, status: int, text: str, media: str = "text/html", **headers: str) -> None:
        self.over = True
        payload = text.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"{media}; charset=UTF-8")
            self.send_header("Content-Length", str(len(payload)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(payload)
        except OSError:
            self.close_connection = True

    def refuse(self, error: GoogleError) -> None:
        body = {
            "error": {
                "code": error.status,
                "message": error.reason,
                "errors": [{"domain": "calendar", "reason": error.reason, "message": "No."}],
            }
        }
        later = {"Retry_After": error.retry_after} if error.retry_after else {}
        self.reply_text(error.status, json.dumps(body), "application/json", **later)

    def redirect(self, to: str) -> None:
        self.reply_text(302, "", Location=to)

    def hang_up(self) -> None:
        self.over = self.close_connection = True

    def wait_for_client(self) -> None:
        """Says nothing until the client has given up."""
        self.over = self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.recv(1)

    def log_message(self, *_: object) -> None:
        pass


def _handler(google: LoopbackGoogle) -> type[_Handler]:
    return type("Handler", (_Handler,), {"google": google})


@cache
def _described() -> set[str]:
    """The fields of an event, as Google describes them to its client."""
    documents = files("googleapiclient.discovery_cache") / "documents"
    text = (documents / "calendar.v3.json").read_text(encoding="utf-8")
    return set(json.loads(text)["schemas"]["Event"]["properties"])


def _check_body(body: dict[str, Any]) -> None:
    unknown = {name for name in body if not name.startswith("_")} - _described()
    start, end = (_instant(body[name]) for name in ("start", "end"))
    notes = body.get("extendedProperties", {}).get("private", {})
    wrong = (
        unknown
        or start >= end
        or body["status"] not in {"confirmed", "cancelled"}
        or len(notes) > 300
        or any(len(name) > 44 or len(str(text)) > 1024 for name, text in notes.items())
        or len(body.get("attendees", [])) > 200
        or any(not line.startswith("RRULE:") for line in body.get("recurrence", []))
        or len(body.get("reminders", {}).get("overrides", [])) > 5
    )
    if wrong:
        raise GoogleError(400, "invalid")


def _instant(time: dict[str, str]) -> datetime:
    moment = datetime.fromisoformat(time["dateTime"])
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time["timeZone"]))


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    """As Google shows it: with offsets in the times, and not always with the same white space."""
    shown = {name: deepcopy(value) for name, value in event.items() if name[0] != "_"}
    for name in ("start", "end"):
        if name in shown:
            shown[name]["dateTime"] = _instant(shown[name]).isoformat()
    return shown


def _patched(event: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """JSON merge: lists are replaced, null takes a field away."""
    new = deepcopy(event)
    for name, value in body.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict) and isinstance(new.get(name), dict):
            new[name] = _patched(new[name], value)
        else:
            new[name] = value
    return new


def _addresses(guests: list[dict[str, Any]]) -> set[str]:
    return {guest["email"] for guest in guests}


def _those(guests: list[dict[str, Any]], addresses: set[str]) -> list[dict[str, Any]]:
    return [guest for guest in guests if guest["email"] in addresses]
