"""A model is calibrated to one microscope: a few labelled cells of it, another head on the same network."""
