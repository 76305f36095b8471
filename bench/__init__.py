"""Speed side by side with Keras, JAX, PyTorch, scikit-learn and ONNX Runtime, in one run.

`python -m bench` prints the table and writes it to bench/results/ as Markdown and JSON.
"""
