"""The venue's journal read again: its lines, what stands after each, and the rules that it must keep."""
