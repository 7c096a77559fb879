"""The last change of each document from a git repository."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_changes",
        sa.Column("document_id", sa.Integer, nullable=False),
        sa.Column("commit_id", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("changed_at", sa.Text),
        sa.Column("subject", sa.Text),
        sa.PrimaryKeyConstraint("document_id", name="pk_last_changes"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_last_changes_document_id_documents",
            ondelete="CASCADE",
        ),
    )
    op.add_column("projects", sa.Column("history_commit_id", sa.Text))
    op.add_column("projects", sa.Column("history_commits", sa.Integer))


def downgrade() -> None:
    op.drop_column("projects", "history_commits")
    op.drop_column("projects", "history_commit_id")
    op.drop_table("last_changes")
