"""Whole tables: situations as rows of data frames, and the conclusions of a rule set as columns of them."""
