"""The verb `meshc bootstrap`."""
