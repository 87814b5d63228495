"""Files to actuals: what really happened, from logs, names, access logs and bills."""
