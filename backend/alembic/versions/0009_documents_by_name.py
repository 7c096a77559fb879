"""An index to find a document by its name, as a search does."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_documents_doc_id", "documents", [sa.text("doc_id COLLATE NOCASE")])


def downgrade() -> None:
    op.drop_index("ix_documents_doc_id", "documents")
