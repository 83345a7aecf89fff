"""Every opinion of the product: what was asked, what is remembered, what is seen, and what to do about it. Pure."""
