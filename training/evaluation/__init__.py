"""How good a model is, with intervals, tables and pictures, all from one set of predictions."""
