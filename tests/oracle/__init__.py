"""The second hand: a slow calculator from the specification alone, and the product held against it.

Nothing here imports the model. Where calculator and product differ, read docs/method.md and DESIGN,
decide which of the three is wrong, and mend that one.
"""
