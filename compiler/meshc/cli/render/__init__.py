"""The verb `meshc render`."""
