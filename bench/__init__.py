"""Benchmarks against limits and peers; ``make bench`` prints one table."""
