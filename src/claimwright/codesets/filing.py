"""Claim filing indicators (SBR09, CLP06): which kind of payer a claim is sent to. Names in our own words."""

from __future__ import annotations

from types import MappingProxyType

FILING_CODES = MappingProxyType(
    {
        "11": "Other, not a government plan",
        "12": "Preferred provider organization",
        "13": "Point of service plan",
        "14": "Exclusive provider organization",
        "15": "Indemnity plan",
        "16": "Medicare Advantage HMO",
        "17": "Dental HMO",
        "AM": "Automobile medical",
        "BL": "Blue Cross Blue Shield",
        "CH": "TRICARE",
        "CI": "Commercial insurance",
        "DS": "Disability",
        "FI": "Federal employees",
        "HM": "Health maintenance organization",
        "LM": "Liability, medical",
        "MA": "Medicare part A",
        "MB": "Medicare part B",
        "MC": "Medicaid",
        "OF": "Other federal program",
        "TV": "Title V",
        "VA": "Veterans Affairs",
        "WC": "Workers' compensation",
        "ZZ": "Unknown at the time of billing",
    }
)

MEDICARE = frozenset({"MA", "MB"})
"""Medicare fee for service. Medicare Advantage (16) is a plan of its own."""

GOVERNMENT = frozenset({"MA", "MB", "MC", "16", "CH", "VA", "OF", "TV", "FI"})
"""Payers whose overpayments start the clock of the 60-day rule, or one like it; to be confirmed per payer."""
