"""537 people and 14 questions of the Good Judgment Project's first year, from a file to the cards.

Every figure is computed a second time here, from the file, by pandas, scikit-learn or plain Python.
"""

import math
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

import scoring
from bot.data import service as data
from bot.demo.stage import Stage
from bot.standings import keeping
from bot.standings import service as standings
from bot.standings.asked import Asked, Metric, Window
from bot.unit import Desk
from storage import groups
from storage.engine import Database
from tests.conftest import GROUP, SHARED, caller, name_the_nameless
from tests.stories import wire

FILE = SHARED / "data" / "gjp2011.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not here")
NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
MINIMUM = 5


@pytest.fixture(scope="module")
def real(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A group into which the file was imported, with its standings kept."""
    file = tmp_path_factory.mktemp("real") / "dojo.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    with database.write() as tx:
        groups.get_or_add(tx, GROUP, "Circle")
    desk = Desk(database, lambda: NOW)
    data.import_csv(database, desk.clock, name_the_nameless(FILE.read_text("utf-8")), GROUP)
    keeping.refresh(desk, GROUP, GROUP)
    yield desk
    database.close()


@pytest.fixture(scope="module")
def last() -> pd.DataFrame:
    """The forecast of each person that stood when each question's outcome became known."""
    dates = ["forecast_at", "resolved_at"]
    table = pd.read_csv(FILE, parse_dates=dates, keep_default_na=False)
    table["forecaster"] = table.forecaster.replace("", "N. N.")
    table = table[table.forecast_at < table.resolved_at]
    table["o"] = (table.outcome == "yes").astype(int)
    table = table.sort_values("forecast_at", kind="stable")
    table = table.groupby(["question", "forecaster"], as_index=False).last()
    table["p"] = table.probability
    table["hit"] = np.where(table.o == 1, table.p, 1 - table.p)
    table["brier"] = (table.p - table.o) ** 2
    with np.errstate(divide="ignore"):
        table["log"] = -np.log(table.hit)
        table["baseline"] = 100 * (np.log2(table.hit) + 1)
    return table


def board(desk: Desk, metric: Metric, window: Window | None = None) -> dict[str, float]:
    """Everybody's value, page after page."""
    asked = Asked(metric, window or Window(), MINIMUM)
    first = standings.show_page(desk, caller(), asked)
    pages = [standings.show_page(desk, caller(), asked.at(n)) for n in range(1, first.pages + 1)]
    found = {row.name: row.value for page in pages for row in page.rows}
    assert len(found) == first.members
    return found


@pytest.mark.parametrize("metric", ["brier", "log", "baseline"])
def test_means_are_those_of_pandas(real: Desk, last: pd.DataFrame, metric: Metric) -> None:
    assert board(real, metric) == pytest.approx(last.groupby("forecaster")[metric].mean().to_dict())


def test_the_mean_brier_score_is_that_of_scikit_learn(real: Desk, last: pd.DataFrame) -> None:
    found = board(real, "brier")

    for name, rows in list(last.groupby("forecaster"))[:50]:
        assert found[name] == pytest.approx(brier_score_loss(rows.o, rows.p))


def test_peer_scores_are_those_of_a_loop_over_the_others(real: Desk, last: pd.DataFrame) -> None:
    wanted: dict[str, list[float]] = {}
    for _, rows in last.groupby("question"):
        logs = (-rows.log).tolist()
        for at, name in enumerate(rows.forecaster):
            others = logs[:at] + logs[at + 1 :]
            if math.isinf(logs[at]) or any(map(math.isinf, others)):
                score = (
                    math.nan
                    if math.isinf(logs[at]) and all(map(math.isinf, others))
                    else (-math.inf if math.isinf(logs[at]) else math.inf)
                )
            else:
                score = 100 * fmean(logs[at] - other for other in others)
            wanted.setdefault(name, []).append(score)

    found = board(real, "peer")

    means = {name: sum(scores) / len(scores) for name, scores in wanted.items()}
    assert found == pytest.approx(means, nan_ok=True)


def test_edges_keep_the_order_of_a_plain_computation_and_are_shrunk_by_one_rule(
    real: Desk, last: pd.DataFrame
) -> None:
    others = last.groupby("question").brier
    last = last.assign(
        edge=(others.transform("sum") - last.brier) / (others.transform("size") - 1) - last.brier
    )
    per = last.groupby("forecaster").edge
    mean, n = per.mean(), per.size()
    within = float(((last.edge - per.transform("mean")) ** 2).sum() / (n - 1).sum())
    centre = float((n * mean).sum() / n.sum())
    excess = float((n * (mean - centre) ** 2).sum()) - (len(n) - 1) * within
    between = max(0.0, excess / float(n.sum() - (n**2).sum() / n.sum()))
    wanted = mean * between / (between + within / n)

    found = board(real, "edge")

    assert found == pytest.approx(wanted.to_dict(), abs=1e-12)
    ranked = [name for name in found if n[name] >= MINIMUM]
    assert ranked == sorted(ranked, key=lambda name: (-round(wanted[name], 12), -mean[name]))


def test_a_season_has_what_became_known_in_it(real: Desk, last: pd.DataFrame) -> None:
    known = last.resolved_at
    first = last[(known >= "2012-01-01") & (known < "2012-04-01")]

    found = board(real, "brier", Window.season(2012, 1))

    assert 0 < len(found) <= len(board(real, "brier"))
    assert found == pytest.approx(first.groupby("forecaster").brier.mean().to_dict())


def test_the_groups_calibration_is_that_of_scikit_learn(real: Desk, last: pd.DataFrame) -> None:
    p = last.p.clip(0.001, 0.999)
    odds = np.log(p / (1 - p)).groupby(last.question).mean()
    said = 1 / (1 + np.exp(-odds))
    happened = last.groupby("question").o.first()
    rates, means = calibration_curve(happened, said, n_bins=5)
    curve = IsotonicRegression(y_min=0, y_max=1).fit(said, happened)

    shown = standings.show_calibration(real, caller(), group=True)

    assert shown is not None
    assert shown.reading is not None
    assert shown.reading.count == last.question.nunique()
    assert [one.said for one in shown.reading.bins] == pytest.approx(means.tolist())
    assert [one.happened for one in shown.reading.bins] == pytest.approx(rates.tolist())
    assert shown.reading.curve.x == pytest.approx(sorted(said))
    assert shown.reading.curve.y == pytest.approx(curve.predict(sorted(said)).tolist())
    assert shown.clipped == int(((last.p < 0.001) | (last.p > 0.999)).sum())


def test_aggregates_are_those_of_pandas_and_beat_most_of_the_people(last: pd.DataFrame) -> None:
    odds = last.p.clip(0.001, 0.999)
    log_odds = np.log(odds / (1 - odds))
    by = last.question
    second = {
        "mean": last.p.groupby(by).mean(),
        "median": last.p.groupby(by).median(),
        "geometric_mean_of_odds": 1 / (1 + np.exp(-log_odds.groupby(by).mean())),
    }
    happened = last.groupby("question").o.first()

    for name, wanted in second.items():
        aggregate = getattr(scoring, name)
        found = {q: aggregate(probabilities=rows.p).probability for q, rows in last.groupby(by)}
        assert found == pytest.approx(wanted.to_dict())
        crowd = brier_score_loss(happened, wanted)
        assert crowd < last.groupby("question").brier.mean().mean()


async def test_in_discord_the_best_of_them_lead_the_table(stage: Stage, last: pd.DataFrame) -> None:
    await stage.bring("Ana", "Will it rain?")
    text = name_the_nameless(FILE.read_text("utf-8"))
    data.import_csv(stage.app.database, lambda: NOW, text, stage.guild.id)
    per = last.groupby("forecaster").brier.agg(["mean", "size"])
    best = per[per["size"] >= MINIMUM].sort_values("mean").index[0]

    answer = await stage.type("Ana", "leaderboard", metric="brier")
    group = await stage.type("Ana", "calibration", group=True)

    told = wire.alone(answer)
    assert f"`  1.` **{per['mean'][best]:.3f}** {best}" in told
    assert f"page 1 of {-(-len(per) // 20)}" in told
    assert "14 forecasts together are within what luck allows" in wire.alone(group)
