"""Timings, by hand: a package, since releases of other libraries install a module of this name."""
