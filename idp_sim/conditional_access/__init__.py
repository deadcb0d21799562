"""Conditional access: policies, their matchers and grant controls, one evaluator (pure)."""
