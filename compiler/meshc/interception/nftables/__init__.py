"""nftables: one rule set for both address families."""
