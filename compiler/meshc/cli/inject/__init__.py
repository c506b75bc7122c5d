"""The verb `meshc inject`."""
