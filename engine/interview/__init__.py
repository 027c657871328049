"""A situation in the making: what is asked next, and what the answers say."""
