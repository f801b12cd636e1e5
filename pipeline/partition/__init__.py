"""Divides the units of a ground into connected parts: exact programmes, spanning trees, local search.

It does not know what a community is; the stages that propose plans say what is asked of the parts.
"""
