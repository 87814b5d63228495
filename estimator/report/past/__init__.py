"""The months so far: billed, measured, and what was forecast of them."""
