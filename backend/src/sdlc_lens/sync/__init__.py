"""The only writer of documents: what a source holds becomes what the database holds."""
