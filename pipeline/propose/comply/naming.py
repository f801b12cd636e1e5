"""Turns plans into the labels of a task, and labels into plans."""

import numpy as np
import pandas as pd

from pipeline.propose.comply.task import Task, in_order
from pipeline.propose.plan import new_names


def numbered_by(task: Task, plan: pd.Series) -> np.ndarray:
    """Labels of a plan."""
    number = {name: at for at, name in enumerate(task.decided.communities)}
    names = plan.loc[task.ground.ids].astype("str")
    for name in names.unique():
        number.setdefault(name, len(number))
    return in_order(task, names.map(number).to_numpy(np.int64))


def named_by(task: Task, labels: np.ndarray) -> pd.Series:
    """The plan of labels, with names for the new communities."""
    names = task.decided.communities
    used = [label for label in dict.fromkeys(labels.tolist()) if label >= task.communities]
    fresh = new_names(task.subdistrict, names, len(used))
    called = dict(enumerate(names)) | dict(zip(used, fresh, strict=True))
    return pd.Series([called[label] for label in labels.tolist()], index=task.ground.ids, name="community")
