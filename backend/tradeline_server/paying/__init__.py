"""How payments run: between what the trade wants and what WeChat does (ADR 0020)."""
