"""The tables of the migrations, for Piccolo."""
