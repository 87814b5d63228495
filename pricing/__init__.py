"""Rates, tiers and bills: what a quantity of requests costs, when, where and why.

Nothing here knows what CloudTrail is. `estimator` imports `pricing`, never the reverse.
"""
