"""The same meaning in another tongue."""
