"""How good a model is, with intervals, tables and plots, all from one set of predictions."""
