"""The captured 1.17.2 cluster, compiled anew."""
