"""The built-in situations: data. This file only marks where they are installed."""
