"""What will be asked for, judged by what was: methods, their errors, and which to choose.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.forecasting.choosing import choose, forecast
from tradeline.forecasting.generating import generate
from tradeline.forecasting.judging import Backtest, Verdict, backtest
from tradeline.forecasting.model import Choice, Forecast, Method, Series

__all__ = [
    "Backtest",
    "Choice",
    "Forecast",
    "Method",
    "Series",
    "Verdict",
    "backtest",
    "choose",
    "forecast",
    "generate",
]
