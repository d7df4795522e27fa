"""A small order history of our own, with every kind of dirt that real exports hold."""

from pathlib import Path

HISTORY = Path(__file__).parent / "data" / "order-history.csv"
HEADING = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
