"""What runs a graph: the float64 reference, which is the definition, and the native engine."""
