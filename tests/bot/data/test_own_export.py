"""What a member takes out for themselves: all that they did, and nothing before its moment."""

import json

from bot.answers.probabilities import Belief
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.questions import imports
from storage.tables import Draft
from tests.bot.data.test_service import unpack
from tests.bot.imported_scenes import URL, bring_from_manifold, there
from tests.bot.scenes import rows
from tests.conftest import caller

CROWD = "0.4711"


def own(desk: Desk) -> str:
    _, everything = unpack(data_service.export_for(desk, caller("Ana")))
    return json.dumps(everything)


def test_what_a_source_said_is_not_in_the_export_of_who_has_fetched_or_brought_the_question(
    desk: Desk,
) -> None:
    found = there(crowd=Belief(float(CROWD)))
    errand = imports.begin(desk, caller("Ana"), URL)
    imports.keep(desk, caller("Ana"), errand, found)
    fetched = own(desk)
    bring_from_manifold(desk, found)

    assert [one.about for one in rows(desk, Draft)] == ["fetched", "brought"]
    assert CROWD in rows(desk, Draft)[1].typed
    assert CROWD not in fetched
    assert CROWD not in own(desk)
