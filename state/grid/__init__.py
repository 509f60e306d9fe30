"""One symbol's hedge grid: ``step(state, event, now_ms) -> (state, effects)`` and its parts."""
