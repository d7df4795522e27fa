"""The use cases of channels."""
