"""Which protections are active on this machine, for the About page and ``python -m core doctor``."""

from __future__ import annotations

from core.errors import ExplorerError
from core.workers import launch
from core.workers.lockdown.apply import Layer


def examine() -> list[tuple[str, bool, str]]:
    """Each layer with whether it is active and what that means here.

    Returns
    -------
    list of (layer, active, detail)
        The first line is the verdict on uploads.
    """
    from core.loading.uploads import is_trusting

    try:
        layers: tuple[Layer, ...] = launch.protections()
        protected = launch.protected()
    except ExplorerError as error:
        layers, protected = (Layer("worker", False, str(error)),), False
    if protected:
        verdict = "model files run in a locked process of their own"
    elif is_trusting():
        verdict = "model files are opened in the app itself: the person who started it vouches for them"
    else:
        verdict = "model files are not accepted on this machine; the samples work"
    return [
        ("uploads", protected, verdict),
        ("allow-list", True, "pickle and joblib files may only name reviewed objects"),
        *((layer.name, layer.active, layer.detail) for layer in layers),
    ]
