"""Who listens on which port of a pod or component, why, and what forwards to what (docs/istio/ports.md § 2)."""
