"""What a route says and what it should say: tables and laws."""
