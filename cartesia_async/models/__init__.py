"""What goes in and comes out of the calls: frozen classes that know nothing of JSON or HTTP."""
