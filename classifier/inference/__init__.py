"""Analysis without the platform: pixels in, detected and classified cells out.

Nothing in this package imports Django, a model or a task, so the same code serves the worker, the commands, the
benchmarks and the training tools.
"""
