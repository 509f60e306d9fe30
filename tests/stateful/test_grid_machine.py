"""Hypothesis plays the network, the market and people against the grid's real ``step``."""

from __future__ import annotations

from hypothesis import settings

from tests.stateful.machine import GridMachine

TestGrid = GridMachine.TestCase
TestGrid.settings = settings(max_examples=150, stateful_step_count=50, derandomize=True)
