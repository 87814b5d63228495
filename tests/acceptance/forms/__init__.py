"""A log and a bill of known counts, as people have them: wrapped, exported, damaged."""
