"""The log's files, what stands in them, and what happens where they can't be written."""
