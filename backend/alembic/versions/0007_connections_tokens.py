"""Access tokens of projects, sealed or by name, and connections that several projects share."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = ("sealed_token", "masked_token", "access_token_name")


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("sealed_token", sa.Text, nullable=False),
        sa.Column("masked_token", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("last_validated_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("label", name="uq_connections_label"),
    )
    # Alembic knows no foreign key of a new column on SQLite, short of a copy of the table.
    op.execute(
        "ALTER TABLE projects ADD COLUMN connection_id INTEGER"
        " CONSTRAINT fk_projects_connection_id_connections REFERENCES connections (id)"
    )
    op.create_index("ix_projects_connection_id", "projects", ["connection_id"])
    for name in COLUMNS:
        op.add_column("projects", sa.Column(name, sa.Text))


def downgrade() -> None:
    op.drop_index("ix_projects_connection_id", "projects")
    with op.batch_alter_table("projects") as projects:
        for name in ("connection_id", *COLUMNS):
            projects.drop_column(name)
    op.drop_table("connections")
