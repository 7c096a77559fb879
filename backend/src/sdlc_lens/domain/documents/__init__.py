"""What a document is: its type, id, header and references, read from bytes."""
