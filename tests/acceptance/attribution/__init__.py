"""Whose requests they are: logs and bills whose truth is known before the program sees them."""
