"""All SQL of channels: nothing in here decides anything."""
