"""The verb `meshc webhook`."""
