"""The verb `meshc explain`."""
