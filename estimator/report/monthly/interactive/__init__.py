"""Search, sort, group and what-if: one script for the page of a report and for a notebook."""
