"""A cluster's own injection templates in Go's language: Istio's functions and the data object over `gotemplate`."""
