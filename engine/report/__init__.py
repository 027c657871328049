"""Words and pictures: an assessment or diagnostics, rendered. Nothing here decides anything."""
