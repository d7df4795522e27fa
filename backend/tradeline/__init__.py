"""The rules of trade: prices, stock, orders, money. No web framework is imported here."""
