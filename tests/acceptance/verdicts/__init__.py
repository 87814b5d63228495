"""The verdict of the monthly report, worked out by hand: neighbours of the shared cases."""
