"""What leaves the terminal: a forecast in the forms that other tools take in."""
