"""What a declaration of an endpoint may return, and how it is carried out."""
