"""Who owes whom what: exposure, obligations, books, payments and statements of an edge.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.settlement.jobs import post_journals
from tradeline.settlement.model import (
    Exposure,
    ExposureRelease,
    NewExposure,
    NewExposureHold,
    NewObligation,
    ObligationKind,
    Side,
)
from tradeline.settlement.service.exposures import (
    exposures_by_relationship,
    lock_exposures,
    open_exposures,
    owe,
    release_exposure,
    store_exposure_holds,
)

__all__ = [
    "Exposure",
    "ExposureRelease",
    "NewExposure",
    "NewExposureHold",
    "NewObligation",
    "ObligationKind",
    "Side",
    "exposures_by_relationship",
    "lock_exposures",
    "open_exposures",
    "owe",
    "post_journals",
    "release_exposure",
    "store_exposure_holds",
]
