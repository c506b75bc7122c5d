"""Reads bootstraps of running proxies and recovers the facts they were made from."""
