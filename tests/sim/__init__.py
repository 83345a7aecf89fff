"""The model of Linkerd is true: one test per measured fact, with its figure."""
