"""The inputs and results of operations: me.sales.win_rate() gives a WinRateReport."""

from crmkit import _crmkit

globals().update(_crmkit.operation_classes)
__all__ = list(_crmkit.operation_classes)
