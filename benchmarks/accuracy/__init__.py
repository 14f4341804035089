"""Pages and defects made from seeds, for measuring how often the rules of legibility err."""
