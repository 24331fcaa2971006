"""What people keep beside a model and no prediction asks for: explainers, notes of a run, curves; it is left out."""

from __future__ import annotations

_EXPLAINERS = ("tree", "linear", "kernel", "exact", "permutation", "partition", "sampling", "additive")
"""Those of SHAP by their modules; before 0.42 a class was called as its module is."""

LEFT_OUT = frozenset(
    {
        *(f"shap.explainers._{kind}:{kind.title()}" for kind in _EXPLAINERS),
        *(f"shap.explainers._{kind}:{kind.title()}Explainer" for kind in _EXPLAINERS),
        *(f"shap.explainers._tree:{name}" for name in ("TreeEnsemble", "SingleTree")),
        *(f"shap.maskers._tabular:{name}" for name in ("Independent", "Partition", "Impute")),
        *(f"shap.utils._legacy:{name}" for name in ("DenseData", "IdentityLink", "LogitLink", "Model")),
        *("shap._explanation:Explanation", "shap.models._model:Model", "slicer.slicer:Slicer"),
        *(f"slicer.slicer_internal:{name}" for name in ("Alias", "AliasLookup", "Obj")),
        *(f"numba.core.serialize:{name}" for name in ("_unpickle__CustomPickled", "custom_rebuild")),
        *("argparse:Namespace", "time:struct_time", "platform:uname_result"),
        *(f"scipy.stats._stats_py:{name}Result" for name in ("Linregress", "PearsonR", "Significance", "Kstest")),
        *("scipy.stats._stats_mstats_common:LinregressResult", "scipy.interpolate._interpolate:interp1d"),
        *(f"scipy.interpolate._cubic:{name}" for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator")),
        *(f"scipy.interpolate._fitpack2:{name}UnivariateSpline" for name in ("", "Interpolated", "LSQ")),
        *("scipy.interpolate._interpolate:PPoly", "scipy.spatial._kdtree:KDTree", "scipy.spatial._ckdtree:cKDTree"),
        *("numpy.polynomial.polynomial:Polynomial", "xgboost.collective:communicator_print"),
    }
)
"""Names with the role *stub*, beside those that lie in a model's own settings (``reviewed.STUBS``)."""
