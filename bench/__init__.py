"""Measurements, as ratios in one run against the limit: the same queries and bytes in bare Flask.

`make bench` writes `bench/RESULTS.md`, and `make bench ARGS=million` writes `bench/MILLION.md`.
Nothing here is a test: a machine's speed is no promise.
"""
