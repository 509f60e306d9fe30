"""The bot's metrics in four families, each declared with its labels and fed by a few messages.

Counters that an alert watches stand at zero from the start (``begin``): a series that only appears with
its first event hides that event from ``increase()``.
"""
