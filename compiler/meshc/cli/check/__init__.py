"""The verb `meshc check`."""
