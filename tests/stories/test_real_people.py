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
import scipy.stats
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

import scoring
from bot.core.unit import Desk
from bot.demo.stage import Stage
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.query import BoardQuery, Metric, Window
from storage import groups
from storage.engine import Database
from tests.bot.imported_files import bring_in_text
from tests.conftest import GROUP, SHARED, caller, name_the_nameless
from tests.stories import wire

FILE = SHARED / "data" / "gjp2011.csv"
pytestmark = [pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not here"), pytest.mark.slow]
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
    bring_in_text(database, desk.clock, name_the_nameless(FILE.read_text("utf-8")), GROUP)
    standings_stored.refresh(desk, GROUP, GROUP)
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
    kept = table.hit.clip(0.001, 0.999)  # as boards count certainty
    table["log"] = -np.log(kept)
    table["baseline"] = 100 * (np.log2(kept) + 1)
    return table


def board(desk: Desk, metric: Metric, window: Window | None = None) -> dict[str, float]:
    """Everybody's value, page after page."""
    asked = BoardQuery(metric, window or Window(), MINIMUM)
    first = standings_service.show_page(desk, caller(), asked)
    pages = [
        standings_service.show_page(desk, caller(), asked.at(n)) for n in range(1, first.pages + 1)
    ]
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
            score = 100 * fmean(logs[at] - other for other in others)
            wanted.setdefault(name, []).append(score)

    found = board(real, "peer")

    assert found == pytest.approx({name: fmean(scores) for name, scores in wanted.items()})


def shrunk(table: pd.DataFrame, column: str) -> pd.Series:
    """Everybody's mean, pulled towards 0 by how much luck alone makes of it."""
    per = table.groupby("forecaster")[column]
    mean, n = per.mean(), per.size()
    within = float(((table[column] - per.transform("mean")) ** 2).sum() / (n - 1).sum())
    excess = float((n * mean**2).sum()) - len(n) * within
    between = max(0.0, excess / float(n.sum() - (n**2).sum() / n.sum()))
    return mean * between / (between + within / n)


@pytest.fixture(scope="module")
def edges(last: pd.DataFrame) -> pd.DataFrame:
    """With how much better everybody did than the others on each question."""
    others = last.groupby("question").brier
    return last.assign(
        edge=(others.transform("sum") - last.brier) / (others.transform("size") - 1) - last.brier
    )


def test_edges_keep_the_order_of_a_plain_computation_and_are_shrunk_by_one_rule(
    real: Desk, edges: pd.DataFrame
) -> None:
    wanted = shrunk(edges, "edge")

    found = board(real, "edge")

    n = edges.groupby("forecaster").edge.size()
    assert found == pytest.approx(wanted.to_dict(), abs=1e-12)
    ranked = [name for name in found if n[name] >= MINIMUM]
    assert [wanted[name] for name in ranked] == sorted(wanted[name] for name in ranked)[::-1]


def test_intervals_of_edges_are_those_of_a_least_squares_fit(
    real: Desk, edges: pd.DataFrame
) -> None:
    design = pd.get_dummies(edges[["forecaster", "question"]], dtype=float).to_numpy()
    residual = edges.edge - design @ np.linalg.lstsq(design, edges.edge, rcond=None)[0]
    freedom = len(edges) - np.linalg.matrix_rank(design)
    spread = math.sqrt(float(residual @ residual) / freedom)
    t = float(scipy.stats.t.ppf(0.95, freedom))
    raw, n = edges.groupby("forecaster").edge.mean(), edges.groupby("forecaster").edge.size()

    shown = standings_service.show_leaderboard(real, caller())

    # Where many forecast, m / (m - 1) is nearly 1.
    for row in shown.rows:
        half = t * spread / math.sqrt(n[row.name])
        assert row.raw == pytest.approx(raw[row.name])
        assert (row.low, row.high) == pytest.approx(
            (raw[row.name] - half, raw[row.name] + half), abs=0.03 * half
        )


def test_edges_over_time_are_those_of_a_walk_from_forecast_to_forecast(real: Desk) -> None:
    """Every forecast counts here, and stands until the same person's next one."""
    dates = ["forecast_at", "resolved_at"]
    table = pd.read_csv(FILE, parse_dates=dates, keep_default_na=False)
    table["forecaster"] = table.forecaster.replace("", "N. N.")
    walked = [walk(rows.sort_values("forecast_at", kind="stable")) for _, rows in _by(table)]
    wanted = shrunk(pd.concat(walked), "over_time")

    found = board(real, "over_time")

    assert found == pytest.approx(wanted.to_dict(), abs=1e-9)


def _by(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from table.groupby("question")


def walk(rows: pd.DataFrame) -> pd.DataFrame:
    """What everybody's forecasts on one question were worth beside the others', second by second."""
    closes, o = rows.resolved_at.iloc[0], float(rows.outcome.iloc[0] == "yes")
    life = (closes - rows.forecast_at.iloc[0]).total_seconds()
    rows = rows[rows.forecast_at < closes]
    until = [*rows.forecast_at.iloc[1:], closes]
    standing: dict[str, float] = {}
    earned: dict[str, float] = {}
    for name, p, since, then in zip(
        rows.forecaster, rows.probability, rows.forecast_at, until, strict=True
    ):
        standing[name] = (p - o) ** 2
        lasts, total = (then - since).total_seconds(), sum(standing.values())
        if len(standing) > 1 and lasts > 0:
            for who, own in standing.items():
                edge = (total - own) / (len(standing) - 1) - own
                earned[who] = earned.get(who, 0.0) + edge * lasts / life
    return pd.DataFrame({"forecaster": list(earned), "over_time": list(earned.values())})


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
    rates, integrations = calibration_curve(happened, said, n_bins=5)
    curve = IsotonicRegression(y_min=0, y_max=1).fit(said, happened)

    shown = standings_service.show_calibration(real, caller(), group=True)

    assert shown is not None
    assert shown.reading is not None
    assert shown.reading.count == last.question.nunique()
    assert [one.said for one in shown.reading.bins] == pytest.approx(integrations.tolist())
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
    bring_in_text(stage.app.database, lambda: NOW, text, stage.guild.id)
    per = last.groupby("forecaster").brier.agg(["mean", "size"])
    best = per[per["size"] >= MINIMUM].sort_values("mean").index[0]

    answer = await stage.type("Ana", "leaderboard", metric="brier")
    group = await stage.type("Ana", "calibration", group=True)

    told = f"{wire.alone(answer)}\n{await wire.details(stage, 'Ana', answer)}"
    assert f"`  1.` **{per['mean'][best]:.3f}** {best}" in told
    assert f"page 1 of {-(-len(per) // 20)}" in told
    assert "14 forecasts together are within what luck allows" in wire.alone(group)
