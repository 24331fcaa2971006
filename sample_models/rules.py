"""The rules by which the two made-up tables are generated; README.md says the same in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

LOANS = 1_600
BATCHES = 1_500

_EMPLOYMENT = {"permanent": -0.35, "temporary": 0.45, "self-employed": 0.20, "retired": -0.25, "unemployed": 1.10}
_PURPOSE = {
    "car": 0.0,
    "home improvement": -0.25,
    "debt consolidation": 0.45,
    "education": -0.10,
    "business": 0.35,
    "household goods": 0.10,
}
_HOME = {"own": -0.30, "mortgage": -0.15, "rent": 0.15, "with family": 0.05}


def loans(seed: int = 20) -> pd.DataFrame:
    """Loan applications and how they ended, shape (1600, 14)."""
    rng = np.random.default_rng(seed)
    frame = _applications(rng, LOANS)
    chance = 1 / (1 + np.exp(-1.35 * _log_odds(frame)))
    frame["outcome"] = np.where(rng.random(LOANS) < chance, "defaulted", "repaid")
    # cells are left out after the outcome was decided
    for name, share in {"monthly_income": 0.03, "savings": 0.08, "home": 0.025}.items():
        frame[name] = frame[name].mask(rng.random(LOANS) < share)
    return frame.astype({"monthly_income": "Int64", "savings": "Int64", "other_debt": "Int64"})


def _applications(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """What applicants state, without gaps, shape (n, 13)."""
    age = np.clip(np.round(rng.normal(42, 13, n)), 21, 76).astype(int)
    working = rng.choice(["permanent", "temporary", "self-employed", "unemployed"], n, p=[0.64, 0.17, 0.13, 0.06])
    employment = np.where((age >= 63) & (rng.random(n) < 0.8), "retired", working)
    pay = {"permanent": 2650, "temporary": 1950, "self-employed": 2800, "retired": 1800, "unemployed": 1050}
    growth = 1 + 0.012 * np.clip(age - 25, 0, 30)
    income = np.array([pay[job] for job in employment]) * growth * np.exp(rng.normal(0, 0.28, n))
    income = np.round(income / 10) * 10
    at_work = np.isin(employment, ["permanent", "temporary", "self-employed"])
    years = np.round(np.minimum(rng.gamma(1.6, 4.5, n), age - 19.0), 1)
    years = np.where(at_work, years, np.nan)
    home = np.array([rng.choice(list(_HOME), p=_home_shares(value)) for value in age])
    savings = np.round(income * rng.gamma(0.9, 2.6, n) / 50) * 50
    debt = np.where(rng.random(n) < 0.35, 0, np.round(income * rng.gamma(1.2, 2.2, n) / 50) * 50)
    purpose = rng.choice(list(_PURPOSE), n, p=[0.30, 0.19, 0.16, 0.10, 0.10, 0.15])
    size = np.where(np.isin(purpose, ["business", "home improvement"]), 1.35, 0.9)
    amount = np.clip(np.round(9000 * size * np.exp(rng.normal(0, 0.55, n)) / 100) * 100, 1000, 45000)
    months = rng.choice([12, 24, 36, 48, 60, 72, 84], n, p=[0.10, 0.18, 0.24, 0.20, 0.16, 0.07, 0.05])
    guarantor = rng.random(n) < 0.14
    late = rng.random(n) < np.where(employment == "unemployed", 0.24, 0.11)
    return pd.DataFrame(
        {
            "loan": [f"L-{number}" for number in range(1001, 1001 + n)],
            "age": age,
            "employment": employment,
            "years_employed": years,
            "monthly_income": income,
            "savings": savings,
            "other_debt": debt,
            "home": home,
            "purpose": purpose,
            "amount": amount.astype(int),
            "months": months,
            "guarantor": guarantor,
            "paid_late_before": late,
        }
    )


def _log_odds(frame: pd.DataFrame) -> np.ndarray:
    """The rule of README.md: ``s`` of each application."""
    income = frame["monthly_income"]
    burden = frame["amount"] / frame["months"] / income
    s = -2.05 + 7.5 * np.minimum(burden, 0.4) + 0.16 * np.minimum(frame["other_debt"] / income, 8)
    s = s - 0.30 * np.log1p(frame["savings"] / 1000) - 0.09 * np.minimum(frame["years_employed"].fillna(0), 10)
    s = s + frame["employment"].map(_EMPLOYMENT) + frame["purpose"].map(_PURPOSE) + frame["home"].map(_HOME)
    s = s + 1.35 * frame["paid_late_before"] - 0.80 * frame["guarantor"]
    found: np.ndarray = (s + 0.35 * (frame["months"] >= 60) + 0.35 * (frame["age"] < 27)).to_numpy()
    return found


def _home_shares(age: int) -> list[float]:
    """Shares of own, mortgage, rent, with family at an age."""
    if age < 28:
        return [0.05, 0.10, 0.55, 0.30]
    return [0.20, 0.35, 0.38, 0.07] if age < 55 else [0.48, 0.20, 0.27, 0.05]


def drying(seed: int = 7) -> pd.DataFrame:
    """Batches of a spray dryer with the moisture of the powder, shape (1500, 10)."""
    rng = np.random.default_rng(seed)
    n = BATCHES
    feed = rng.uniform(800, 1600, n).round(0)
    solids = np.clip(rng.normal(46, 2.2, n), 40, 52).round(1)
    warm = rng.uniform(60, 80, n).round(1)
    inlet = np.clip(165 + 0.022 * (feed - 800) + rng.normal(12, 7, n), 165, 210).round(1)
    flow = np.clip(11500 + 3.2 * (feed - 800) + rng.normal(2200, 1300, n), 11000, 20000).round(-1)
    speed = rng.uniform(9000, 15000, n).round(-1)
    humidity = np.clip(rng.gamma(6, 1.5, n), 3, 18).round(1)
    hours = rng.uniform(0, 72, n).round(1)
    water = feed * (1 - solids / 100)
    heat = flow / 1000 * (inlet - 95) / 100 * (1 - 0.018 * (humidity - 8))
    load = water / (heat * 46)
    drops = (12000 / speed) ** 1.2 * (1 + 0.025 * (solids - 46)) * (1 - 0.008 * (warm - 70))
    fouling = np.where(hours > 40, 0.012 * (hours - 40), 0)
    moisture = 1.2 + 2.1 * load**1.4 * drops + 0.06 * np.maximum(humidity - 8, 0) + fouling
    moisture = moisture + rng.normal(0, 0.12, n)
    return pd.DataFrame(
        {
            "Batch": [f"B{number}" for number in range(24001, 24001 + n)],
            "Feed rate (kg/h)": feed,
            "Feed solids (%)": solids,
            "Feed temperature (°C)": warm,
            "Inlet air temperature (°C)": inlet,
            "Air flow (m³/h)": flow,
            "Atomiser speed (rpm)": speed,
            "Air humidity (g/kg)": humidity,
            "Hours since cleaning (h)": hours,
            "Powder moisture (%)": np.clip(moisture, 0.8, None).round(2),
        }
    )
