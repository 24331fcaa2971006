"""Names that older versions wrote: where the same thing lives now, and which have no counterpart."""

from __future__ import annotations

from core.loading.unpickle.reviewed import BUILTIN_CALLS, CALLS, SPARSE

LOSSES = sorted(full.partition(":")[2] for full in CALLS if full.startswith("sklearn._loss._loss:"))
FFT = ("fft", "ifft", "rfft", "irfft")
HOMES: dict[str, str] = {
    "numpy.ma:MaskedArray": "numpy.ma",
    "pandas:StringDtype": "pandas",
    "pandas.core.frame:DataFrame": "pandas",
    "pandas.core.series:Series": "pandas",
    "numpy._core.multiarray:_reconstruct": "numpy._core.multiarray",
}
"""Classes that name another module than the one that defines them."""

RENAMED: dict[str, str] = {
    "dalex._explainer.object:Explainer": "core.models.dalex_explainer:Explainer",
    "__builtin__:object": "builtins:object",
    "__builtin__:xrange": "builtins:range",
    "__builtin__:unicode": "builtins:str",
    "__builtin__:long": "builtins:int",
    "copy_reg:_reconstructor": "copyreg:_reconstructor",
    **{f"__builtin__:{name}": f"builtins:{name}" for name in (*BUILTIN_CALLS, "bool", "float", "int", "str")},
    **{f"__builtin__:{name}": f"builtins:{name}" for name in ("len", "abs", "max", "min", "sum")},
    "numpy.core.multiarray:_reconstruct": "numpy._core.multiarray:_reconstruct",
    "numpy.core.multiarray:scalar": "numpy._core.multiarray:scalar",
    "numpy.core.numeric:_frombuffer": "numpy._core.numeric:_frombuffer",
    "numpy.core.fromnumeric:mean": "numpy:mean",
    "numpy.ma.core:MaskedArray": "numpy.ma:MaskedArray",
    "numpy.random.mtrand:__randomstate_ctor": "numpy.random._pickle:__randomstate_ctor",
    "numpy:bool8": "numpy:bool_",
    "numpy:round_": "numpy:round",
    **{f"scipy.sparse._arrays:{kind}_array": f"scipy.sparse._{kind}:{kind}_array" for kind in SPARSE},
    "numpy:recarray": "numpy.rec:recarray",
    **{f"numpy.fft.{place}:{name}": f"numpy.fft:{name}" for place in ("_pocketfft", "pocketfft") for name in FFT},
    "category_encoders.glmm:GLMMEncoder": "core.models.glmm_encoder:GLMMEncoder",
    "sklearn.utils:Bunch": "sklearn.utils._bunch:Bunch",
    "pandas:DataFrame": "pandas.core.frame:DataFrame",
    "pandas:Series": "pandas.core.series:Series",
    "pandas:Index": "pandas.core.indexes.base:Index",
    "pandas:RangeIndex": "pandas.core.indexes.range:RangeIndex",
    "pandas:CategoricalIndex": "pandas.core.indexes.category:CategoricalIndex",
    "pandas:DatetimeIndex": "pandas.core.indexes.datetimes:DatetimeIndex",
    "pandas:MultiIndex": "pandas.core.indexes.multi:MultiIndex",
    "pandas._libs.missing:NA": "pandas:NA",
    "pandas:Interval": "pandas._libs.interval:Interval",
    "pandas:IntervalIndex": "pandas.core.indexes.interval:IntervalIndex",
    "pandas:Categorical": "pandas.core.arrays.categorical:Categorical",
    **{f"pandas.core.reshape.{place}:get_dummies": "pandas:get_dummies" for place in ("encoding", "reshape")},
    "pandas.core.tools.numeric:to_numeric": "pandas:to_numeric",
    "pandas.core.dtypes.missing:isna": "pandas:isna",
    "pandas:TimedeltaIndex": "pandas.core.indexes.timedeltas:TimedeltaIndex",
    "pandas:DatetimeTZDtype": "pandas.core.dtypes.dtypes:DatetimeTZDtype",
    "pandas.arrays:DatetimeArray": "pandas.core.arrays.datetimes:DatetimeArray",
    "pandas.arrays:TimedeltaArray": "pandas.core.arrays.timedeltas:TimedeltaArray",
    "pandas:PeriodIndex": "pandas.core.indexes.period:PeriodIndex",
    **{f"pandas:{kind}Dtype": f"pandas.core.dtypes.dtypes:{kind}Dtype" for kind in ("Sparse", "Period")},
    "pandas.core.arrays.sparse.dtype:SparseDtype": "pandas.core.dtypes.dtypes:SparseDtype",
    "pandas.arrays:SparseArray": "pandas.core.arrays.sparse.array:SparseArray",
    "pandas.arrays:PeriodArray": "pandas.core.arrays.period:PeriodArray",
    "__builtin__:getattr": "builtins:getattr",
    "pandas:CategoricalDtype": "pandas.core.dtypes.dtypes:CategoricalDtype",
    "pandas.arrays:ArrowStringArray": "pandas.core.arrays.string_arrow:ArrowStringArray",
    "pandas.arrays:StringArray": "pandas.core.arrays.string_:StringArray",
    "pandas.arrays:IntegerArray": "pandas.core.arrays.integer:IntegerArray",
    "pandas.arrays:FloatingArray": "pandas.core.arrays.floating:FloatingArray",
    "pandas.arrays:BooleanArray": "pandas.core.arrays.boolean:BooleanArray",
    "pandas.core.indexes.numeric:Int64Index": "pandas.core.indexes.base:Index",
    "pandas.core.indexes.numeric:Float64Index": "pandas.core.indexes.base:Index",
    "pandas.core.arrays.string_:StringDtype": "pandas:StringDtype",
    **{
        f"pandas.core.arrays.integer:{kind}{bits}Dtype": f"pandas:{kind}{bits}Dtype"
        for kind in ("Int", "UInt")
        for bits in (8, 16, 32, 64)
    },
    **{f"pandas.core.arrays.floating:Float{bits}Dtype": f"pandas:Float{bits}Dtype" for bits in (32, 64)},
    "pandas.core.arrays.boolean:BooleanDtype": "pandas:BooleanDtype",
    **{f"_loss:{name}": f"sklearn._loss._loss:{name}" for name in LOSSES},  # scikit-learn 1.5 to 1.7 wrote it so
    "sklearn.compose._column_transformer:_RemainderColsList": "core.models.older:RemainderColumns",
    "scipy.interpolate._bsplines:_BSpline": "core.models.older:SplineParts",
    "sklearn.model_selection._classification_threshold:_CurveScorer": "sklearn.metrics._scorer:_CurveScorer",
    **{f"scipy.sparse.{kind}:{kind}_matrix": f"scipy.sparse._{kind}:{kind}_matrix" for kind in SPARSE},
}
"""Old place -> new place of the very same thing."""

OLD_XGB = (
    "belongs to XGBoost before 1.6: load it with that version, save it there with save_model as JSON, and take that"
)
GONE: dict[str, str] = {"xgboost.compat:XGBoostLabelEncoder": OLD_XGB}
"""Names of old versions that have no counterpart, with the reason that the refusal gives."""
