"""The Envoy bootstrap, `envoy-rev.json`, section by section."""
