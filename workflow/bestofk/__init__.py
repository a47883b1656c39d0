"""Best-of-k selection in Bayesian linear regression: exact finite-k theory, its laws and its simulation.

The model is that of Halder and Pehlevan (arXiv:2512.19905). Modules hold one idea each and are imported by
name, for instance ``from bestofk.selection import mean_selection_error``.
"""
