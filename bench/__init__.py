"""Training speed side by side: Pronghorn, Keras on JAX, plain JAX, scikit-learn, in one run.

`python -m bench` prints the table and writes it to bench/results/ as Markdown and JSON.
"""
