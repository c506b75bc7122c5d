"""The Gateway API deployment controller: from a Gateway to the objects it writes."""
