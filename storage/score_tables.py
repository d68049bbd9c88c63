"""The tables of scores and standings, which can be derived again. See tables.py."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import Moment


class Score(SQLModel, table=True):
    """What a resolved forecast earned; always derivable again from forecasts and resolutions.

    `shown` is the score in its question's own form: the Brier score of a binary question (0 to 1),
    the two-sided one of choice and ordered questions (0 to 2), the CRPS of a numeric one (in its
    unit). `brier` is the same on the scale on which knowing nothing earns 0.25, where there is one.
    `log` is exact; `baseline` and `peer` are as boards count them, of chances within .001 to .999.
    `probability` and `outcome` (0 or 1) belong to binary questions, `inside` (whether the number
    lay within the 80% interval) to numeric ones.

    Scores of pastcasts are `past`; they never meet the others on a board.

    A `headline` counts on boards: the turn in each round, or the close where no round took the
    question. `edge` and `peer` compare headlines with those of the others at the same moment of the
    same round. Turns have their `seat`, the `gain` of the group's number, and `turn_edge`. What is
    earned at the close also holds `over_time` and its `coverage`, of all forecasts together.
    """

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("forecast_id", "moment", "round_id"),
        CheckConstraint("brier BETWEEN 0 AND 2", name="brier_range"),
        Index("ix_scores_question", "question_id"),
        Index("ix_scores_moment", "group_id", "moment", "known_at"),
        Index("ix_scores_headline", "group_id", "headline", "known_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    question_id: int = Field(foreign_key="questions.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="rounds.id", index=True)
    forecast_id: int = Field(foreign_key="forecasts.id")
    moment: Moment = Field(sa_type=word(Moment))
    past: bool = False
    headline: bool = False
    known_at: datetime
    shown: float
    brier: float | None = None
    log: float | None = None
    baseline: float | None = None
    peer: float | None = None
    edge: float | None = None
    gain: float | None = None
    turn_edge: float | None = None
    seat: int | None = None
    over_time: float | None = None
    coverage: float | None = None
    probability: float | None = None
    outcome: int | None = None
    inside: int | None = None


class Standing(SQLModel, table=True):
    """A member's all-time value of one metric, stored so that leaderboards are quick.

    Derived from the scores when a question is settled. NULL stands for a value or an end of an
    interval that is not defined. `raw`, `error` and `freedom` are what ranges of ranks are drawn
    from: the mean before it is pulled towards 0, its own error, and how well that is known.

    A calibration also has what luck alone gives a member: mean and variance, and of which forecasts
    they are, as a fingerprint. Whose forecasts are still the same need not be resampled.
    """

    __tablename__ = "standings"
    __table_args__ = (UniqueConstraint("group_id", "metric", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    metric: str = Field(max_length=16)
    member_id: int = Field(foreign_key="members.id", index=True)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    questions: int
    raw: float | None = None
    error: float | None = None
    freedom: float | None = None
    luck_of: str | None = Field(default=None, max_length=32)
    luck_mean: float | None = None
    luck_variance: float | None = None
