"""Measurements for time series stores."""
import time
from typing import Optional, Union

from .types import AtmTimeSeriesMeasurement


class AtmTimeSeriesMeasurementBuilder:
    """Base of one class per series: `class X(AtmTimeSeriesMeasurementBuilder, ts_name="x", unit=None)`."""

    ts_name: str = ""
    unit: Optional[str] = None

    def __init_subclass__(cls, ts_name: Optional[str] = None, unit: Optional[str] = None, **kwargs) -> None:
        super().__init_subclass__(**kwargs)
        if ts_name is not None:
            cls.ts_name = ts_name
        if unit is not None:
            cls.unit = unit

    @classmethod
    def build(cls, value: Union[int, float], *, timestamp: Optional[int] = None) -> AtmTimeSeriesMeasurement:
        moment = int(time.time()) if timestamp is None else timestamp
        return {"tsName": cls.ts_name, "timestamp": moment, "value": value}
