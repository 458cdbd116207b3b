"""How fast alerts are, as ratios of one run: ``python -m benchmarks.alerting``."""
