"""iptables: rules in generation order, the commands and dumps they are written as."""
