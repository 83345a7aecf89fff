"""Every opinion of the product, without a cluster: tables, laws, walks."""
