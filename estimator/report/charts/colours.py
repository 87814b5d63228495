"""The colours of all charts."""

from __future__ import annotations

# Okabe and Ito 2008, "Color Universal Design": told apart with every kind of colour blindness. Its
# light hues are darkened until they stand out from white by 3:1, as WCAG 2.2 (1.4.11) asks.
BLUE, ORANGE, GREEN, RED = "#0072b2", "#bd7a00", "#009e73", "#d55e00"
PURPLE, SKY, YELLOW = "#c0699a", "#2f93cf", "#8f8500"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW, RED)
INK, MUTED, LINE = "#1b2126", "#5b6670", "#d8dde2"
GREY = "#7b858e"
PAPER = "#fefefe"  # what lies under a label; nothing else has this colour, so a page can replace it
