"""Payment providers behind one protocol, `gateway.Gateway`; one module for each."""
