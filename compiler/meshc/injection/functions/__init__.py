"""The helper functions of injection templates (docs/istio/injection.md § 7.8), one module per subject."""

from __future__ import annotations
