"""What holds in a situation."""
