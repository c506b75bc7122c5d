"""Go's template language: text -> tokens -> tree -> closures, over values as Go sees them.

`template.GoTemplate` is the entry; `functions.table` holds the functions of programs, `values` and `types` what data is made
of. Knows nothing of Kubernetes, Istio or Helm, and reads no file, clock, environment or network.
"""
