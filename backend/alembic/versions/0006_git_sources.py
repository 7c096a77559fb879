"""Workspaces in git repositories."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OF_PROJECTS = ("repo_url", "repo_branch", "repo_path", "commit_id", "committed_at")


def upgrade() -> None:
    for name in OF_PROJECTS:
        op.add_column("projects", sa.Column(name, sa.Text))
    op.add_column("syncs", sa.Column("code", sa.Text))


def downgrade() -> None:
    op.drop_column("syncs", "code")
    for name in OF_PROJECTS:
        op.drop_column("projects", name)
