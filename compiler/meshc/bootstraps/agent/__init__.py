"""What the agent in a pod knows when it starts: arguments, environment, labels, addresses, ProxyConfig."""
