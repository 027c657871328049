"""Exercises whose keys are worked out from the rules: what is asked, what is right, how answers are marked."""
