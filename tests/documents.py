"""Documents as mappings and lists, with a value that differs."""

import copy


def replaced(document, at, value):
    """The document with another value at a place."""
    if not at:
        return value
    changed = copy.deepcopy(document)
    part = changed
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    return changed
