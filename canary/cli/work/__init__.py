"""What the commands do, as plain functions over a small protocol for the cluster and a Clock."""
