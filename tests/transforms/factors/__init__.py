"""Tests of the factor scores."""
