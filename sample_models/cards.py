"""What people are told about each sample: in plain words, with units and limits."""

from __future__ import annotations

from typing import Any

_MADE_UP = "CC0: made up for this product, no real person or plant is in it."
_UCI = "CC BY 4.0 (UCI Machine Learning Repository), by way of scikit-learn"

_LOANS_TABLE = (
    "1,600 made-up loan applications in euros, with text, yes/no and missing values. How they were made is written "
    "down in sample_models/README.md, so explanations can be held against the truth."
)
_LOANS_LIMITS = (
    "Made up: it says nothing about real borrowers, and no lending decision may rest on it. Ages under 21 and loans "
    "over 45,000 euros do not occur in it."
)

TABLES: dict[str, dict[str, Any]] = {
    "loans": {
        "title": "Loans",
        "target": "outcome",
        "label": "loan",
        "features": {
            "age": ["Age of the applicant", "years"],
            "employment": ["Kind of employment", ""],
            "years_employed": ["Time in the present job; empty for retired and unemployed people", "years"],
            "monthly_income": ["Net income per month; not always stated", "euros per month"],
            "savings": ["Savings; not always stated", "euros"],
            "other_debt": ["Debt with other lenders", "euros"],
            "home": ["How the applicant lives; not always stated", ""],
            "purpose": ["What the loan is for", ""],
            "amount": ["Amount asked for", "euros"],
            "months": ["Time to pay back", "months"],
            "guarantor": ["Someone else vouches for the loan", "yes or no"],
            "paid_late_before": ["Has paid an earlier loan late", "yes or no"],
        },
    },
    "breast-cancer": {
        "title": "Breast cancer",
        "target": "diagnosis",
        "label": "",
        "features": {
            (f"{name} error" if part == "error" else f"{part} {name}"): [f"{words}, {of}", unit]
            for part, of in (
                ("mean", "mean over the nuclei"),
                ("error", "standard error over the nuclei"),
                ("worst", "mean of the three largest nuclei"),
            )
            for name, words, unit in (
                ("radius", "Distance from the centre to the outline", "pixels"),
                ("texture", "Standard deviation of the grey values", "grey levels"),
                ("perimeter", "Length of the outline", "pixels"),
                ("area", "Area", "pixels²"),
                ("smoothness", "Local variation of the radius", "ratio"),
                ("compactness", "Perimeter² / area − 1", "ratio"),
                ("concavity", "Depth of the dents in the outline", "ratio"),
                ("concave points", "Share of the outline that is dented", "ratio"),
                ("symmetry", "Difference between the two halves", "ratio"),
                ("fractal dimension", "Roughness of the outline", "ratio"),
            )
        },
    },
    "diabetes": {
        "title": "Diabetes",
        "target": "progression",
        "label": "",
        "features": {
            "age": ["Age", "years"],
            "sex": ["Sex as coded by the source: 1 or 2 (it does not say which is which)", "code"],
            "bmi": ["Body mass index", "kg/m²"],
            "blood_pressure": ["Average blood pressure", "mmHg"],
            "total_cholesterol": ["Total serum cholesterol", "mg/dl"],
            "ldl": ["Low-density lipoproteins", "mg/dl"],
            "hdl": ["High-density lipoproteins", "mg/dl"],
            "cholesterol_ratio": ["Total cholesterol / HDL", "ratio"],
            "log_triglycerides": ["Serum triglycerides, natural logarithm (possibly)", "log mg/dl"],
            "glucose": ["Blood sugar", "mg/dl"],
        },
    },
    "wine": {
        "title": "Wine",
        "target": "cultivar",
        "label": "",
        "features": {
            "alcohol": ["Alcohol", "% by volume"],
            "malic_acid": ["Malic acid", "g/l"],
            "ash": ["Ash", "g/l"],
            "alcalinity_of_ash": ["Alkalinity of the ash", "source's units"],
            "magnesium": ["Magnesium", "mg/l"],
            "total_phenols": ["Phenols in all", "source's units"],
            "flavanoids": ["Flavanoids", "source's units"],
            "nonflavanoid_phenols": ["Phenols that are no flavanoids", "source's units"],
            "proanthocyanins": ["Proanthocyanins", "source's units"],
            "color_intensity": ["Intensity of the colour", "absorbance"],
            "hue": ["Hue of the colour", "ratio of absorbances"],
            "od280_od315": ["Absorbance at 280 nm / 315 nm of the diluted wine", "ratio"],
            "proline": ["Proline", "mg/l"],
        },
    },
    "drying": {
        "title": "Spray drying",
        "target": "Powder moisture (%)",
        "label": "Batch",
        "features": {
            "Feed rate (kg/h)": ["Concentrate pumped to the atomiser; 800 to 1,600", "kg/h"],
            "Feed solids (%)": ["Dry matter of the concentrate; 40 to 52", "%"],
            "Feed temperature (°C)": ["Temperature of the concentrate; 60 to 80", "°C"],
            "Inlet air temperature (°C)": ["Drying air at the inlet; 165 to 210", "°C"],
            "Air flow (m³/h)": ["Drying air; 11,000 to 20,000", "m³/h"],
            "Atomiser speed (rpm)": ["Speed of the atomiser wheel; 9,000 to 15,000", "revolutions per minute"],
            "Air humidity (g/kg)": ["Water in the outside air; 3 to 18, cannot be set", "g water per kg air"],
            "Hours since cleaning (h)": ["Since the chamber was last cleaned; 0 to 72", "h"],
        },
    },
}

MODELS: dict[str, dict[str, Any]] = {
    "loans": {
        "title": "Loans · boosted trees",
        "table": "loans",
        "file": "loans.joblib",
        "task": "binary",
        "classes": ["repaid", "defaulted"],
        "kind": "scikit-learn pipeline: columns prepared, then XGBoost",
        "predicts": "How likely it is that a loan is not paid back, from what the applicant states.",
        "data": _LOANS_TABLE,
        "licence": _MADE_UP,
        "limits": _LOANS_LIMITS,
    },
    "loans-linear": {
        "title": "Loans · logistic regression",
        "table": "loans",
        "file": "loans-linear.joblib",
        "task": "binary",
        "classes": ["repaid", "defaulted"],
        "kind": "scikit-learn pipeline: columns prepared, then logistic regression",
        "predicts": "The same as the boosted trees, by adding up one term per statement.",
        "data": _LOANS_TABLE,
        "licence": _MADE_UP,
        "limits": _LOANS_LIMITS + " A linear model cannot see that an instalment hurts more when the income is small.",
    },
    "loans-neural": {
        "title": "Loans · neural network",
        "table": "loans",
        "file": "loans-neural.joblib",
        "task": "binary",
        "classes": ["repaid", "defaulted"],
        "kind": "scikit-learn pipeline: columns prepared, then two hidden layers",
        "predicts": "The same as the boosted trees, by a small neural network.",
        "data": _LOANS_TABLE,
        "licence": _MADE_UP,
        "limits": _LOANS_LIMITS,
    },
    "breast-cancer": {
        "title": "Breast cancer · XGBoost",
        "table": "breast-cancer",
        "file": "breast-cancer.ubj",
        "task": "binary",
        "classes": ["benign", "malignant"],
        "kind": "XGBoost",
        "predicts": "How likely a lump is malignant, from measurements of cell nuclei in a picture of a needle sample.",
        "data": "569 patients of the University of Wisconsin (Wolberg, Street, Mangasarian 1995), in shuffled order.",
        "licence": _UCI,
        "limits": "One clinic, before 1995, pictures outlined by hand: an example, not a diagnosis. Many measurements "
        "say nearly the same, so their credit is shared out among them.",
    },
    "diabetes": {
        "title": "Diabetes · random forest",
        "table": "diabetes",
        "file": "diabetes.joblib",
        "task": "regression",
        "classes": [],
        "unit": "points on the source's scale, 25 to 346",
        "kind": "scikit-learn random forest",
        "predicts": "How far diabetes has advanced one year later, in points, from ten measurements at the start.",
        "data": "442 patients (Efron, Hastie, Johnstone, Tibshirani 2004, doi:10.1214/009053604000000067), shuffled.",
        "licence": "Free to use, as distributed with scikit-learn (BSD-3-Clause)",
        "limits": "Few patients and a loose fit: more than half of the variation stays unexplained.",
    },
    "wine": {
        "title": "Wine · LightGBM",
        "table": "wine",
        "file": "wine.txt",
        "task": "multiclass",
        "classes": ["cultivar 1", "cultivar 2", "cultivar 3"],
        "kind": "LightGBM",
        "predicts": "Which of three grape varieties a wine was made of, from its chemical analysis.",
        "data": "178 wines of one Italian region (Forina, Aeberhard 1991), in shuffled order.",
        "licence": _UCI,
        "limits": "Three varieties from one region and few wines: high scores come easily here.",
    },
    "drying": {
        "title": "Spray drying · gradient boosting",
        "table": "drying",
        "file": "drying.joblib",
        "task": "regression",
        "classes": [],
        "unit": "% water",
        "kind": "scikit-learn gradient boosting",
        "predicts": "How moist the powder leaves a spray dryer, in percent of water, from the plant's settings.",
        "data": "1,500 made-up batches with the settings an operator knows. How they were made is written down in "
        "sample_models/README.md.",
        "licence": _MADE_UP,
        "limits": "Made up after textbook physics: settings of a real plant must not follow from it.",
    },
}
