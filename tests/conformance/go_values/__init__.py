"""The data of rows of Go templates: tagged JSON to Go values, and the types of package `fix`."""
