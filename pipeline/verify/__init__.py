"""Checks finished plans with code of its own: what a plan promises, and what a planner decided about it."""

from pipeline.verify.by_hand import verify_decisions
from pipeline.verify.plan import refuse, verify_plan

__all__ = ["refuse", "verify_decisions", "verify_plan"]
