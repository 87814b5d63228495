"""YAML that people write, read strictly: every problem at once, each with its line and its fix."""
