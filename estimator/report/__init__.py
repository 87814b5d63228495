"""Results to text: tables for a terminal, data for other programs, Markdown for people."""
