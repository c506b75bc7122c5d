"""The verb `meshc ports`."""
