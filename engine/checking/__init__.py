"""What is wrong with a rule set."""
