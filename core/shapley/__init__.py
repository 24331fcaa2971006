"""Shapley values: one algorithm per module, each exact for its game or with standard errors."""
