"""medcab."""
