"""The database: its file, engine, tables and migrations."""
