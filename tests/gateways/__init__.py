"""Gateways in all three ways: classic charts, the gateway chart, the deployment controller."""
