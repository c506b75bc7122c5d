"""The verb `meshc capture`."""
