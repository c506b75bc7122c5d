"""The verb `meshc uninject`."""
