"""A facilitator brings a question about the past: privately, and without a trace of its outcome."""

import io
import json
import zipfile

import pytest
import simcord

from bot.core.logs import set_up_logs
from bot.demo.stage import Stage
from storage.tables import Banked, Draft
from tests.bot.scenes import rows
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields

POPE = {
    "title": "Will the next pope come from the Americas?",
    "text": "Yes if the man elected was born there.\n\nThe seat is empty; 115 cardinals vote.",
    "days": "12 March 2013 to 13 March 2013",
    "source": "https://www.vatican.va",
}


async def sealed_form(stage: Stage, who: str = "Mia") -> simcord.InteractionResult:
    return await stage.type(who, "question submit", sealed=True)


async def test_a_facilitator_brings_a_question_of_the_past_and_nothing_is_posted(
    stage: Stage,
) -> None:
    stage.add_manager("Mia")
    before = stage.messages()

    form = await sealed_form(stage)
    answer = await stage.fill("Mia", form, **POPE, outcome="no")

    [one] = [row for row in rows(stage.app.desk, Banked) if row.group_id is not None]
    said = wire.alone(answer)
    assert "is in your group's bank, asked as of 12 March 2013" in said
    assert "no" not in said.lower().replace("nobody", "").split()
    assert (one.title, one.outcome, one.added_by) == (POPE["title"], "no", stage.people["Mia"].id)
    assert stage.messages() == before


async def test_others_are_told_who_may_before_a_form_opens(stage: Stage) -> None:
    answer = await sealed_form(stage, "Ben")

    assert answer.modal is None
    assert "Only a facilitator can bring a question about the past" in wire.alone(answer)


async def test_without_the_option_it_is_the_form_for_everybody(stage: Stage) -> None:
    form = await stage.type("Ben", "question submit", sealed=False)

    assert "closes" in fields(form)


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_refused_form_keeps_everything_but_the_outcome(
    stage: Stage, *, restarts: bool
) -> None:
    stage.add_manager("Mia")
    form = await sealed_form(stage)

    refused = await stage.fill("Mia", form, **{**POPE, "days": "in spring"}, outcome="yes")
    reason = wire.alone(refused)
    if restarts:
        await stage.restart()
    [kept] = rows(stage.app.desk, Draft)
    again = await correct(stage, "Mia", refused)
    typed = fields(again)
    answer = await stage.fill("Mia", again, **POPE, outcome="yes")

    assert "`in spring` is not two days" in reason
    assert "yes" not in kept.typed.replace("Yes if", "")
    assert (typed["title"], typed["text"], typed["days"]) == (
        POPE["title"],
        POPE["text"],
        "in spring",
    )
    assert typed["outcome"] == ""
    assert answer.response is not None
    assert rows(stage.app.desk, Draft) == []


async def test_the_same_form_delivered_twice_brings_one(stage: Stage) -> None:
    stage.add_manager("Mia")
    await stage.bring("Ana", RAIN)
    sent = wire.send_form(stage, "Mia", stage.card(), "sealed|q0", **POPE, outcome="yes")

    sent.deliver()
    sent.deliver()
    await stage.env.settle()

    assert len([row for row in rows(stage.app.desk, Banked) if row.group_id is not None]) == 1


async def test_nobody_else_finds_it_and_no_export_or_log_has_its_outcome(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("DEBUG")
    stage.add_manager("Mia")
    stage.add_manager("Max")
    await stage.fill("Mia", await sealed_form(stage), **{**POPE, "source": "SECRET"}, outcome="yes")

    listed = wire.alone(await stage.type("Ben", "question list"))
    packed = await stage.type("Max", "data export")
    logs = "".join(capsys.readouterr())

    sent = [packed.response, *packed.followups]
    (file,) = next(one.attachments for one in sent if one and one.attachments)
    with zipfile.ZipFile(io.BytesIO(await file.read())) as archive:
        [held] = json.loads(archive.read("everything.json"))["banked"]
    assert POPE["title"] not in listed
    assert held["title"] == POPE["title"]
    assert not {"outcome", "known_at", "source"} & set(held)
    assert not any(word in logs for word in ("SECRET", "13 March", POPE["title"]))
