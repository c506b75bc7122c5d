"""The node both bootstraps describe: metadata, locality, service cluster."""
