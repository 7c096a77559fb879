"""What a document refers to, and which documents that means."""
