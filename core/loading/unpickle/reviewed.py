"""The reviewed tables behind the allow-list: what the rules of ``generate.py`` may add, and what they never may."""

from __future__ import annotations

NOT_THESE = frozenset(
    (
        *("tests", "conftest", "testing", "_testing", "_build_utils", "externals", "datasets", "plotting", "_plot"),
        *("estimator_checks", "_mocking", "callback", "dask", "spark", "federated", "keras", "tensorflow"),
        *("_repr_html", "_test_common", "widget", "interpret", "tracker", "collective"),
    )
)

FAMILIES: dict[str, frozenset[str]] = {
    "sklearn._loss.link": frozenset(),
    "sklearn._loss.loss": frozenset(),
    "sklearn.calibration": frozenset({"CalibrationDisplay"}),
    "sklearn.cluster._birch": frozenset(),
    "sklearn.cluster._bisect_k_means": frozenset(),
    "sklearn.compose._column_transformer": frozenset(),
    "sklearn.gaussian_process.kernels": frozenset(),
    "sklearn.metrics._scorer": frozenset(),
    "sklearn.model_selection._split": frozenset(),
    "sklearn.neural_network._stochastic_optimizers": frozenset(),
    "sklearn.ensemble._hist_gradient_boosting.predictor": frozenset(),
    "sklearn.utils._metadata_requests": frozenset({"MetadataRouter", "RequestMethod"}),
    "sklearn.utils._tags": frozenset(),
    "category_encoders._contrasts": frozenset(),
}
"""Modules whose plain classes are created and filled though they are no estimators, less the names after the colon."""

SETSTATE = frozenset(
    {
        "sklearn.base:BaseEstimator",  # a version warning, then a plain update: replaced by our own update
        "sklearn.isotonic:IsotonicRegression",  # rebuilds its interpolation from two arrays
        "sklearn.ensemble._hist_gradient_boosting.predictor:TreePredictor",  # casts its node array
    }
)
"""Classes whose ``__setstate__`` was read; each is handled in ``build.py``."""

NEW: dict[str, tuple[str, ...]] = {
    "sklearn.frozen._frozen": ("FrozenEstimator",),  # __getattr__ forwards to the estimator inside
    "sklearn.linear_model._passive_aggressive": ("PassiveAggressiveClassifier", "PassiveAggressiveRegressor"),
    "sklearn.utils._metadata_requests": ("MetadataRequest",),  # __getattr__ serves composite methods only
    "sklearn.utils._bunch": ("Bunch",),
    "sklearn.utils._encode": ("_nandict",),
    "scipy.interpolate._bsplines": ("BSpline",),
    "lightgbm.engine": ("CVBooster",),  # __getattr__ asks each of its boosters; its __setstate__ is a plain update
    "core.models.glmm_encoder": ("GLMMEncoder",),  # ours, in place of one whose module needs statsmodels
    "core.models.dalex_explainer": ("Explainer",),  # an empty class of ours, in place of dalex's
    "core.models.older": ("RemainderColumns", "SplineParts"),  # others, for what other versions write
}
"""Classes that no rule proposes; read one by one."""

RECORDS = frozenset(
    {
        "sklearn.impute._iterative:_ImputerTriplet",
        "sklearn.utils._encode:MissingValues",
        "sklearn.gaussian_process.kernels:Hyperparameter",
        "sklearn.utils._metadata_requests:RouterMappingPair",
        "sklearn.utils._metadata_requests:MethodPair",
    }
)
"""Named tuples: built by ``tuple.__new__`` from a tuple of the right length."""

BUILTIN_CALLS = ("bytearray", "bytes", "complex", "dict", "frozenset", "list", "range", "set", "slice", "tuple")
SPARSE = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")
CALLS = frozenset(
    {
        *(f"builtins:{name}" for name in BUILTIN_CALLS),
        "copyreg:_reconstructor",
        "functools:partial",
        "_codecs:encode",
        "cloudpickle.cloudpickle:_builtin_type",
        *(f"dill._dill:_{name}" for name in ("create_array", "load_type", "create_namedtuple", "eval_repr")),
        "collections:OrderedDict",
        "collections:defaultdict",
        "collections:deque",
        "datetime:date",
        "datetime:datetime",
        "datetime:time",
        "datetime:timedelta",
        "datetime:timezone",
        "decimal:Decimal",
        "collections:Counter",
        "builtins:getattr",  # of a stand-in, of what keeps a method of its own, of texts: looks nothing up
        *(f"scipy.sparse._{kind}:{kind}_{form}" for kind in SPARSE for form in ("matrix", "array")),
        "joblib.numpy_pickle:NumpyArrayWrapper",
        "joblib.numpy_pickle_compat:NDArrayWrapper",
        "joblib.numpy_pickle_compat:ZNDArrayWrapper",
        "pandas.core.frame:DataFrame",
        "pandas.core.series:Series",
        *(f"pandas.core.indexes.{place}" for place in ("base:Index", "range:RangeIndex", "category:CategoricalIndex")),
        *(f"pandas.core.indexes.{place}" for place in ("datetimes:DatetimeIndex", "multi:MultiIndex")),
        "pandas.core.arrays.string_arrow:ArrowStringArray",
        "pandas.core.arrays.string_:StringArray",
        "pandas.core.arrays.categorical:Categorical",
        "pandas.core.dtypes.dtypes:CategoricalDtype",
        *(
            f"pandas.core.arrays.{place}"
            for place in ("integer:IntegerArray", "floating:FloatingArray", "boolean:BooleanArray")
        ),
        *(f"pandas.core.internals.managers:{name}" for name in ("BlockManager", "SingleBlockManager")),
        "xgboost.core:Booster",
        "lightgbm.basic:Booster",
        *(f"catboost.core:CatBoost{kind}" for kind in ("", "Classifier", "Regressor", "Ranker")),
        "numpy.random.bit_generator:SeedSequence",
        *(
            f"numpy.random._{place}"
            for place in ("mt19937:MT19937", "pcg64:PCG64", "pcg64:PCG64DXSM", "philox:Philox", "sfc64:SFC64")
        ),
        *(
            f"sklearn.neighbors._{kind}_tree:{name}{bits}"
            for kind, name in (("kd", "KDTree"), ("ball", "BallTree"))
            for bits in ("", "32", "64")
        ),
        *(
            f"sklearn.metrics._dist_metrics:{name}Distance{bits}"
            for name in (
                "Euclidean",
                "Manhattan",
                "Chebyshev",
                "Minkowski",
                "Hamming",
                "Canberra",
                "BrayCurtis",
                "SEuclidean",
                "Mahalanobis",
                "Haversine",
                "Jaccard",
                "Dice",
                "RogersTanimoto",
                "RussellRao",
                "PyFunc",
            )
            for bits in ("", "32", "64")
        ),
        "numpy:dtype",
        "numpy._core.multiarray:_reconstruct",
        "numpy._core.multiarray:scalar",
        "numpy._core.numeric:_frombuffer",
        "numpy.ma.core:_mareconstruct",
        "numpy.ma:MaskedArray",
        "numpy.random._pickle:__bit_generator_ctor",
        "numpy.random._pickle:__generator_ctor",
        "numpy.random._pickle:__randomstate_ctor",
        "numpy.random.bit_generator:__pyx_unpickle_SeedSequence",
        "pandas._libs.internals:_unpickle_block",
        "pandas.core.indexes.base:_new_Index",
        "pandas.core.indexes.datetimes:_new_DatetimeIndex",
        "pandas:StringDtype",
        "pandas._libs.arrays:__pyx_unpickle_NDArrayBacked",
        "pandas._libs.tslibs.timestamps:_unpickle_timestamp",
        *(f"pandas:{kind}{bits}Dtype" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)),
        *("pandas:Float32Dtype", "pandas:Float64Dtype", "pandas:BooleanDtype"),
        "pandas._libs.interval:Interval",
        "pandas.core.indexes.interval:IntervalIndex",
        "pandas.core.indexes.interval:_new_IntervalIndex",
        *(f"pandas._libs.tslibs.timedeltas:{name}" for name in ("Timedelta", "_timedelta_unpickle")),
        "pandas.core.indexes.timedeltas:_new_TimedeltaIndex",
        "pandas.core.indexes.timedeltas:TimedeltaIndex",
        *(f"pandas._libs.sparse:{kind}Index" for kind in ("Int", "Block")),
        "pandas.core.arrays.sparse.array:SparseArray",
        *(f"pandas.core.dtypes.dtypes:{kind}Dtype" for kind in ("Sparse", "Period")),
        *("pandas.core.arrays.period:PeriodArray", "pandas.core.indexes.period:PeriodIndex"),
        "pandas.core.indexes.period:_new_PeriodIndex",
        "pandas.core.arrays.datetimes:DatetimeArray",
        "pandas.core.arrays.timedeltas:TimedeltaArray",
        "pandas.core.dtypes.dtypes:DatetimeTZDtype",
        "pyarrow.lib:_restore_array",
        "pyarrow.lib:py_buffer",
        "pyarrow.lib:type_for_alias",
        "sklearn.ensemble._hist_gradient_boosting.common:MonotonicConstraint",
        "sklearn.metrics._dist_metrics:newObj",
        "sklearn.neighbors._ball_tree:newObj",
        "sklearn.neighbors._kd_tree:newObj",
        "sklearn.tree._tree:Tree",
        "sklearn.utils._random:newObj",
    }
    | {
        f"sklearn._loss._loss:{prefix}{name}"
        for name in (
            *("CyHalfSquaredError", "CyAbsoluteError", "CyPinballLoss", "CyHuberLoss", "CyHalfPoissonLoss"),
            *("CyHalfGammaLoss", "CyHalfTweedieLoss", "CyHalfTweedieLossIdentity", "CyHalfBinomialLoss"),
            *("CyExponentialLoss", "CyHalfMultinomialLoss"),
        )
        for prefix in ("", "__pyx_unpickle_")
    }
    | {
        f"sklearn.linear_model._sgd_fast:{name}"
        for name in (
            *("ModifiedHuber", "Hinge", "SquaredHinge", "EpsilonInsensitive", "SquaredEpsilonInsensitive"),
            *("Log", "SquaredLoss", "Huber"),
        )
    }
)
"""Called while loading, each by a function of ours that checks the arguments."""

OFFSETS = (
    *("Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano", "BusinessDay", "Week", "MonthBegin", "MonthEnd"),
    *("BusinessMonthBegin", "BusinessMonthEnd", "QuarterBegin", "QuarterEnd", "YearBegin", "YearEnd"),
)
STUBS = frozenset(
    {
        "joblib.memory:Memory",
        "joblib._store_backends:FileSystemStoreBackend",
        "numpy:vectorize",
        *(f"pathlib:{kind}Path" for kind in ("Posix", "PurePosix", "Windows", "PureWindows")),
        *(f"pathlib._local:{kind}Path" for kind in ("Posix", "PurePosix", "Windows", "PureWindows")),
        *("uuid:UUID", "fractions:Fraction", "pandas:Period", "pandas._libs.tslibs.period:Period"),
        *("zoneinfo:ZoneInfo", "pytz:_UTC", "pytz:_p", "dateutil.tz.tz:tzutc", "dateutil.tz.tz:tzfile"),
        *("re:_compile", "logging:getLogger", "packaging.version:Version", "types:SimpleNamespace"),
        *(f"pandas._libs.tslibs.offsets:{kind}" for kind in OFFSETS),
        *("joblib.logger:Logger", "lightgbm.basic:_InnerPredictor"),
        *(f"xgboost.callback:{kind}" for kind in ("EarlyStopping", "EvaluationMonitor", "LearningRateScheduler")),
        *("scipy.optimize._optimize:OptimizeResult", "scipy.stats._kde:gaussian_kde", "numpy:poly1d"),
        *("scipy.stats._stats_py:Ttest_indResult", "scipy.stats._stats_py:TtestResult"),
        "scipy.stats._distn_infrastructure:rv_continuous_frozen",
        "scipy.stats._distn_infrastructure:rv_discrete_frozen",
        "scipy.stats._distn_infrastructure:rv_frozen",
        "sklearn.utils.fixes:loguniform",
        "sklearn.metrics._scorer:_passthrough_scorer",
        *(f"sklearn.metrics._scorer:_{kind}Scorer" for kind in ("Predict", "Proba", "Threshold")),  # before 1.4
        *(f"sklearn.ensemble._gb_losses:{name}Deviance" for name in ("Binomial", "Multinomial")),
        *(f"sklearn.ensemble._gb_losses:{name}" for name in ("LeastSquaresError", "LeastAbsoluteError")),
        *(f"sklearn.ensemble._gb_losses:{name}" for name in ("HuberLossFunction", "QuantileLossFunction")),
        "sklearn.ensemble._gb_losses:ExponentialLoss",
        *(f"sklearn.ensemble._hist_gradient_boosting.loss:{kind}CrossEntropy" for kind in ("Binary", "Categorical")),
        *(f"sklearn.ensemble._hist_gradient_boosting.loss:{name}" for name in ("LeastSquares", "Poisson")),
        "sklearn.ensemble._hist_gradient_boosting.loss:LeastAbsoluteDeviation",
        *(f"sklearn.model_selection._search:Parameter{kind}" for kind in ("Grid", "Sampler")),
        "sklearn.covariance._graph_lasso:_DictWithDeprecatedKeys",
        *(f"sklearn._loss.glm_distribution:{name}Distribution" for name in ("Gamma", "Poisson", "Tweedie", "Normal")),
        *(f"sklearn._loss.glm_distribution:{name}" for name in ("DistributionBoundary", "InverseGaussianDistribution")),
        *(f"sklearn.linear_model._glm.link:{name}" for name in ("IdentityLink", "LogLink", "LogitLink")),
        *(f"dalex._explainer.yhat:yhat_{name}" for name in ("default", "proba_default", "xgboost")),
    }
)
"""Replaced by an inert stand-in: building the real one runs code, and no prediction needs it."""

NUMPY_TYPES = (
    *("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32"),
    *("float64", "longdouble", "complex64", "complex128", "str_", "bytes_", "object_", "datetime64", "timedelta64"),
    *("ndarray", "matrix", "bool", "str", "intp", "uintp", "longlong", "ulonglong", "integer", "floating", "number"),
    *("record",),
)
NUMPY_FUNCTIONS = (
    *("mean", "median", "std", "var", "sum", "min", "max", "amin", "amax", "prod", "ptp", "nan_to_num", "clip"),
    *("round", "around", "nanmean", "nanmedian", "nansum", "nanmin", "nanmax", "nanstd", "cumsum", "diff", "sort"),
    *("ravel", "reshape", "squeeze", "transpose", "where", "argmax", "argmin", "average", "real", "imag", "asarray"),
    *("column_stack", "vstack", "hstack", "gradient", "percentile", "quantile", "isclose", "diag"),
    *("array", "ascontiguousarray", "atleast_2d", "expand_dims", "flip", "sinc", "i0", "angle"),
)

BEYOND = ("mathieu_", "obl_", "pro_")
"""How special functions begin that write past their own tables where an argument is large."""

FUNCTION_MODULES = (
    *("sklearn.metrics._classification", "sklearn.metrics._regression", "sklearn.metrics._ranking"),
    *("sklearn.metrics.pairwise", "sklearn.metrics.cluster._supervised", "sklearn.metrics.cluster._unsupervised"),
    "sklearn.preprocessing._data",
    *("sklearn.feature_selection._univariate_selection", "sklearn.feature_selection._mutual_info"),
)
"""Modules whose public functions compute from arrays and do nothing else: they may be stored as a setting."""

VALUES: dict[str, tuple[str, ...]] = {
    "builtins": (
        *("bool", "float", "int", "object", "str", "len", "abs", "max", "min", "sum"),
        *("NotImplemented", "Ellipsis"),
    ),
    "sklearn.utils.validation": ("check_array",),
    "sklearn.cluster._kmeans": ("_kmeans_single_lloyd", "_kmeans_single_elkan"),
    "sklearn.manifold._t_sne": ("_kl_divergence",),
    "scipy._lib.array_api_compat.numpy._aliases": ("asarray",),
    "scipy.spatial.distance": (
        *("euclidean", "cityblock", "cosine", "chebyshev", "minkowski", "correlation", "jaccard"),
        *("braycurtis", "canberra", "dice", "hamming", "mahalanobis", "rogerstanimoto", "russellrao", "seuclidean"),
        *("sokalsneath", "sqeuclidean", "yule"),
    ),
    "numpy.rec": ("recarray",),
    "numpy.fft": ("fft", "ifft", "rfft", "irfft"),
    "numpy.linalg": ("norm",),
    "scipy.special._logsumexp": ("softmax", "log_softmax", "logsumexp"),
    "scipy.stats._stats_py": ("zscore", "rankdata"),
    "pandas": ("NaT", "NA", "isna", "to_numeric", "get_dummies"),
}

STORABLE = frozenset(
    {
        "sklearn.model_selection._split.KFold",
        "sklearn.model_selection._split.StratifiedKFold",
        "builtins.tuple",
        "builtins.list",
    }
)
"""Classes that a setting may hold as they are: repeated splitters keep the class that they repeat."""
