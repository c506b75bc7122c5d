"""The verb `meshc diff`."""
