"""Counterfactual search: the smallest believable change of one row that reaches a goal.

``improve`` streams answers, ``core.methods.nudges`` drains it. One idea per module: ``coding`` (rows as numbers),
``goals``, ``constraints``, ``distance``, ``candidates``, ``oracle`` (batched model calls), ``search``, ``refine``,
``plausibility``, ``diversity``, ``robustness``, ``cells`` and ``certificate`` (proofs for trees), ``words``.
"""
