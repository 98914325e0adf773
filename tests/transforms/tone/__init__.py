"""Tests of transforms.tone."""
