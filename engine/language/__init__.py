"""What a rule set can say."""
