"""Compiles whole workloads: manifest, Envoy bootstrap and gRPC bootstrap, and the tree they are written as."""
