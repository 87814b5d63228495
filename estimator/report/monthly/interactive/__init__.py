"""What the page's script works on: its accounts, and a model of the cost for its sliders."""
