"""What the pod templates are rendered with: data of the settings (once) and of the pod."""

from __future__ import annotations
