"""From a trained model to what is served: `.keras`, ONNX float32, ONNX int8, and the bundle with its card."""
