"""Sends what the endpoints of organizations are to be told, and lets nobody reach inwards by it."""
