"""Functions of templates: Go's builtins and Sprig's, one module per family; `table` puts them together."""
