"""Drafts of questions and outcomes beside those of plans, with the zone of each reading.

Whoever chose `EST` as their zone is in New York from now on, summer included, as with `/timezone`.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KIND = sa.Enum(
    "plan",
    "question",
    "outcome",
    name="draftkind",
    native_enum=False,
    create_constraint=True,
    length=16,
)

# Zones of this name have no summer; people who type them mean a place that has.
PLACES = {"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu"}


def upgrade() -> None:
    with op.batch_alter_table("drafts") as drafts:
        drafts.alter_column("session", new_column_name="about")
        drafts.alter_column("plan", new_column_name="typed")
        drafts.add_column(sa.Column("kind", KIND, nullable=False, server_default="plan"))
    with op.batch_alter_table("drafts") as drafts:
        drafts.alter_column("kind", server_default=None)
    _add_zones()
    for table in ("members", "groups"):
        for name, place in PLACES.items():
            op.execute(
                sa.text(f"UPDATE {table} SET timezone = :place WHERE timezone = :name").bindparams(
                    place=place, name=name
                )
            )


def _add_zones() -> None:
    """Each reading of a draft that waits for its answer gets the zone in which it was read."""
    connection = op.get_bind()
    waiting = connection.execute(
        sa.text(
            "SELECT drafts.id, drafts.typed, drafts.readings, members.timezone, groups.timezone"
            " FROM drafts JOIN members ON members.id = drafts.member_id"
            " JOIN groups ON groups.id = drafts.group_id"
        )
    ).all()
    for number, typed, readings, own, common in waiting:
        zone = json.loads(typed).get("timezone") or own or common
        said = json.dumps([(text, zone) for text in json.loads(readings)])
        connection.execute(
            sa.text("UPDATE drafts SET readings = :said WHERE id = :id"),
            {"said": said, "id": number},
        )
