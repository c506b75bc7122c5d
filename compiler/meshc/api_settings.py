"""`meshc.Settings`: the settings of the Python API, which also give the gateways of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc import settings
from meshc.late import late
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.gateways import gateway_objects
else:
    gateway_objects = late("meshc.gateways.gateway_objects")


class Settings(settings.Settings):
    """Everything that compiling needs to know; make one with `Settings.load`.

    Gateways are compiled with settings, so the settings of the packages below cannot give them.
    """

    @property
    def workloads(self) -> tuple[Json, ...]:
        """The objects of the classic gateways that the installation brings, in Helm's order, made anew each time."""
        return tuple(document for _, objects in gateway_objects.profile_gateways(self) for document in objects)
