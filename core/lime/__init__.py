"""LIME's parts: how a column varies, a neighbourhood drawn from it, and the local linear model fitted to it."""
