"""Tests of the facts of disputes."""
