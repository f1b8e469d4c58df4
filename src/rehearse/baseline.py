"""A first answer to any question of this event.

Reads from the manifest what is to be predicted, puts into one row for each unit what the tables say
about it, trains on those whose outcome is known, and writes predictions.csv.

	python3 baseline.py linear     a penalised linear model
	python3 baseline.py trees      an ensemble of random trees
	python3 baseline.py boosting   trees one after the other
"""
import json
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor,
                              GradientBoostingClassifier, GradientBoostingRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = "/data/"
FEW = 12  # a column of text with at most so many values becomes that many columns

manifest = json.load(open(DATA + "manifest.json"))
outcome = manifest["outcome"]
unit, target, binary = outcome["id"], outcome["column"], outcome["task"] == "binary"
names = [f["name"][:-4] for f in manifest["files"]
         if f["name"].endswith(".csv") and f["name"] not in ("dictionary.csv", "to_predict.csv")]
tables = {name: pd.read_csv(DATA + name + ".csv", low_memory=False) for name in names}


def is_date(column):
    return column.dtype == object and column.dropna().astype(str).head(50).str.match(
        r"^\d{4}-\d\d-\d\d").mean() > 0.9


def numbers(table, keep):
    """Numbers as they are, dates as days, texts of few values as columns, the rest left out."""
    parts = [table[keep]]
    for name in table.columns:
        column = table[name]
        if name in keep or name == target or column.notna().sum() == 0:
            continue
        if is_date(column):
            days = pd.to_datetime(column, errors="coerce")
            parts.append(((days - days.min()) / np.timedelta64(1, "D")).rename(name))
        elif column.dtype == object:
            if column.nunique() <= FEW:
                parts.append(pd.get_dummies(column, prefix=name, dtype=float))
        else:
            parts.append(column.astype(float))
    return pd.concat(parts, axis=1)


def keys_of(table):
    return [k for k in (unit, patient) if k in table.columns]


base = tables[outcome["table"]]
# The patient's column is the one that other tables share with ours, when there are any.
shared = [c for c in base.columns if c != unit and any(
    c in t.columns for name, t in tables.items() if name != outcome["table"])]
patient = shared[0] if shared else unit
rows = numbers(base, sorted({unit, patient}))

for name, table in tables.items():
    keys = keys_of(table)
    if name == outcome["table"] or not keys:
        continue
    key = keys[0]
    others = [c for c in table.columns if c.endswith("_id") and c != key]
    table = table.drop(columns=others)
    # Long tables of measurements: a column for each kind of value.
    if {"test", "value"} <= set(table.columns):
        wide = table.pivot_table(index=key, columns="test", values="value",
                                 aggfunc=["mean", "min", "max", "last"])
        wide.columns = ["_".join(map(str, c)) for c in wide.columns]
    else:
        wide = numbers(table, [key]).groupby(key).mean()
        wide.columns = [name + "_" + c for c in wide.columns]
    rows = rows.merge(wide.reset_index(), on=key, how="left")

features = rows.drop(columns=sorted({unit, patient}))
features = features.loc[:, features.notna().any()]
asked = pd.read_csv(DATA + "to_predict.csv")["id"]
hidden = base[unit].isin(asked)
known = ~hidden & base[target].notna()

leaf = dict(min_samples_leaf=3, random_state=1)
slow = dict(n_estimators=60, max_depth=2, learning_rate=0.05, subsample=0.7, random_state=1)
if binary:
    truth = (base.loc[known, target].astype(str).str.replace(".0", "", regex=False)
             == str(outcome["positive"])).astype(int)
    models = {"linear": LogisticRegression(C=0.1, max_iter=2000),
              "trees": ExtraTreesClassifier(200, **leaf),
              "boosting": GradientBoostingClassifier(**slow)}
    scoring = "roc_auc"
else:
    truth = base.loc[known, target].astype(float)
    models = {"linear": Ridge(30), "trees": ExtraTreesRegressor(200, **leaf),
              "boosting": GradientBoostingRegressor(**slow)}
    scoring = "neg_mean_absolute_error"
model = models[sys.argv[1] if sys.argv[1:] else "linear"]
model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), model)

known_rows = features[known]
score = cross_val_score(model, known_rows.head(4000), truth.head(4000), cv=4, scoring=scoring)
print(f"{known.sum()} known, {hidden.sum()} to predict, {features.shape[1]} features")
print(f"cross-validated {scoring}: {score.mean():.3f}")
model.fit(known_rows, truth)
answer = model.predict_proba(features[hidden])[:, 1] if binary else model.predict(features[hidden])
pd.DataFrame({"id": base.loc[hidden, unit], "prediction": answer}).to_csv(
    "predictions.csv", index=False)
print("predictions.csv is written")
