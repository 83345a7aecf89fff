"""An in-memory model of what the product works on: the mesh, and the adaptor between it and the cluster."""
