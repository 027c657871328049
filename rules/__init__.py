"""The built-in rule sets: data, one folder each. This file only marks where they are installed."""
