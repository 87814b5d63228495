"""The colours of all charts."""

from __future__ import annotations

# Okabe and Ito 2008, "Color Universal Design": told apart with every kind of colour blindness
BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"
PURPLE, SKY, YELLOW = "#cc79a7", "#56b4e9", "#f0e442"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW, RED)
INK, MUTED, LINE = "#1b2126", "#5b6670", "#d8dde2"
GREY = "#9aa4ad"
