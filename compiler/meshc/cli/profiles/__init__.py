"""The verb `meshc profiles`."""
