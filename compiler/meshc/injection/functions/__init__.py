"""The helper functions of injection templates (spec injection §7.8), one module per subject."""

from __future__ import annotations
