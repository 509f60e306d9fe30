"""Spoilt files, replies and frames: nothing breaks, nothing is guessed, every refusal says what to do."""
