"""The Web API methods, each a function of (backend, arguments) that answers or refuses."""
