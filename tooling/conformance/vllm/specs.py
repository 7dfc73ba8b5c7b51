"""What vLLM's own code says about caches: specs, groups, blocks, tokens and concurrency, without a GPU.

    python3 specs.py <folder of an unpacked vLLM source distribution> < cases.json > answers.json

The modules in REAL are executed as they are; every other module of vLLM, and torch, is replaced by names that do
nothing, since planning needs no more of torch than the sizes of its dtypes. Layers are given in vLLM's own words,
the arguments of its spec classes and of its state shape calculators.
"""

import ast
import importlib.abc
import importlib.util
import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import MagicMock

SOURCE = Path(sys.argv[1])

REAL = {
    "vllm.v1.kv_cache_interface",
    "vllm.v1.kv_cache_layout",
    "vllm.v1.kv_cache_spec_registry",
    "vllm.v1.core.kv_cache_utils",
    "vllm.v1.core.kv_cache_planning",
    "vllm.v1.core.kv_cache_config_builder",
    "vllm.v1.attention.backends.registry",
    "vllm.platforms.interface",
    "vllm.model_executor.layers.mamba.mamba_utils",
    "vllm.utils.math_utils",
    "vllm.utils.import_utils",
}


class Anything(ModuleType):
    """A module in which every name exists."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = MagicMock(name=f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Loader(importlib.abc.Loader):
    def create_module(self, spec):
        module = Anything(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in REAL:
            return importlib.util.spec_from_file_location(name, SOURCE / (name.replace(".", "/") + ".py"))
        if name.split(".")[0] in ("vllm", "torch", "numpy", "typing_extensions"):
            return importlib.util.spec_from_loader(name, Loader(), is_package=True)
        return None


sys.meta_path.insert(0, Finder())


class Dtype:
    def __init__(self, name, itemsize):
        self.name = name
        self.itemsize = itemsize


DTYPES = {
    name: Dtype(name, size)
    for name, size in [("float32", 4), ("float16", 2), ("bfloat16", 2), ("uint8", 1), ("int8", 1), ("float8_e4m3fn", 1)]
}

import torch  # noqa: E402

for name, dtype in DTYPES.items():
    setattr(torch, name, dtype)
torch.dtype = Dtype
torch.Tensor = type("Tensor", (), {})

import vllm.utils.torch_utils as torch_utils  # noqa: E402

# Every quantized format is stored as bytes, but for the one of signed integers.
BY_CACHE_DTYPE = {
    **DTYPES,
    **{
        name: DTYPES["uint8"]
        for name in ("fp8", "fp8_e4m3", "fp8_e5m2", "int4_per_token_head", "fp8_per_token_head", "nvfp4")
    },
    "int8_per_token_head": DTYPES["int8"],
}
torch_utils.get_dtype_size = lambda dtype: dtype.itemsize
torch_utils.STR_DTYPE_TO_TORCH_DTYPE = BY_CACHE_DTYPE
torch_utils.get_kv_cache_torch_dtype = lambda cache_dtype, model_dtype: (
    model_dtype if cache_dtype == "auto" else BY_CACHE_DTYPE[cache_dtype]
)

import vllm.config  # noqa: E402
import vllm.config.cache  # noqa: E402
import vllm.config.vllm  # noqa: E402
import vllm.distributed  # noqa: E402
import vllm.envs  # noqa: E402
import vllm.v1.attention.backend as backend  # noqa: E402
import vllm.v1.hisparse.layout  # noqa: E402


class MultipleOf:
    """`vllm.v1.attention.backend.MultipleOf`."""

    def __init__(self, base):
        self.base = base


def divide(numerator, denominator):
    """`vllm.distributed.divide`."""
    assert numerator % denominator == 0, f"{numerator} is not divisible by {denominator}"
    return numerator // denominator


backend.MultipleOf = MultipleOf
vllm.envs.VLLM_SSM_CONV_STATE_LAYOUT = None
vllm.distributed.divide = divide
vllm.config.cache.get_kv_cache_dtype_handler = lambda cache_dtype: None
vllm.config.vllm.set_current_vllm_config = lambda config: nullcontext()
vllm.v1.hisparse.layout.get_hisparse_kv_cache_groups = lambda *_: None

import vllm.model_executor.layers.mamba.abstract as mamba_abstract  # noqa: E402
import vllm.model_executor.models as models_registry  # noqa: E402
import vllm.v1.kv_cache_interface as interface  # noqa: E402
import vllm.v1.kv_cache_spec_registry as registry  # noqa: E402
from vllm.model_executor.layers.mamba.mamba_utils import (  # noqa: E402
    MambaStateDtypeCalculator,
    MambaStateShapeCalculator,
)
from vllm.platforms.interface import Platform  # noqa: E402
import vllm.v1.core.kv_cache_planning  # noqa: E402
import vllm.v1.core.kv_cache_utils  # noqa: E402

import vllm.platforms  # noqa: E402

vllm.platforms.current_platform = SimpleNamespace(
    get_kv_cache_config_builder_cls=lambda _config: (
        "vllm.v1.core.kv_cache_planning.DefaultKVCacheConfigBuilder"
    )
)

planning = sys.modules["vllm.v1.core.kv_cache_planning"]
utils = sys.modules["vllm.v1.core.kv_cache_utils"]

# The pairs of `register_all_kvcache_specs` in `vllm/v1/core/single_type_kv_cache_manager.py`, without the managers.
for spec_class, base in [
    (interface.FullAttentionSpec, interface.FullAttentionSpec),
    (interface.MLAAttentionSpec, interface.FullAttentionSpec),
    (interface.SlidingWindowSpec, interface.SlidingWindowSpec),
    (interface.SlidingWindowMLASpec, interface.SlidingWindowSpec),
    (interface.ChunkedLocalAttentionSpec, interface.ChunkedLocalAttentionSpec),
    (interface.CrossAttentionSpec, interface.CrossAttentionSpec),
    (interface.MambaSpec, interface.MambaSpec),
]:
    registry.KVCacheSpecRegistry.register(spec_class, object, base)


def function_of(path, name, names):
    """One function of a module whose imports need a GPU, with the names that it uses."""
    tree = ast.parse((SOURCE / path).read_text())
    found = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)
    found.decorator_list = []
    scope = dict(names)
    exec(compile(ast.Module([found], []), path, "exec"), scope)
    return scope[name]


PACKING = {
    "KVQuantMode": interface.KVQuantMode,
    "get_dtype_size": torch_utils.get_dtype_size,
    "replace": replace,
    "torch": torch,
}
PACKING["nvfp4_kv_cache_full_dim"] = function_of("vllm/utils/torch_utils.py", "nvfp4_kv_cache_full_dim", {})
PACKERS = [
    function_of(f"vllm/v1/attention/backends/{backend}.py", "customize_spec", PACKING)
    for backend in ("triton_attn", "flashinfer")
]


class Kernels:
    """An attention backend whose kernels take any multiple of a number of tokens, and pack quantized heads."""

    base = 16

    @classmethod
    def get_supported_kernel_block_sizes(cls, _spec=None):
        return [MultipleOf(cls.base)]

    @staticmethod
    def customize_spec(spec):
        for pack in PACKERS:
            spec = pack(None, spec)
        return spec

    @staticmethod
    def supports_block_size(_size):
        return True


class Aligner(Platform):
    @classmethod
    def _find_non_ssm_backends(cls, _config):
        return [Kernels]


def config_of(case):
    settings = case["settings"]
    batched = settings["max_num_batched_tokens"]
    pipeline = case.get("pipeline_parallel_size", 1)
    cache = SimpleNamespace(
        block_size=case["block_size"],
        cache_dtype=case["cache_dtype"],
        mamba_cache_mode=settings["mamba_cache_mode"],
        mamba_block_size=None,
        mamba_page_size_padded=None,
        mamba_cache_dtype="auto",
        mamba_ssm_cache_dtype=case.get("mamba_ssm_cache_dtype", "auto"),
        num_gpu_blocks_override=None,
        prefix_cache_retention_interval=None,
        kv_cache_dtype_skip_layers=[],
        get_resolved_kv_cache_layout=lambda: getattr(interface.KVCacheLayout, case["layout"]),
    )
    return SimpleNamespace(
        cache_config=cache,
        model_config=SimpleNamespace(
            dtype=DTYPES[case["dtype"]],
            max_model_len=case["max_model_len"],
            original_max_model_len=case["max_model_len"],
            use_mla=case["use_mla"],
            architecture="golden",
            get_num_kv_heads=lambda _parallel: case["one_token"]["num_kv_heads"],
            get_head_size=lambda: case["one_token"]["head_size"],
            supports_kv_cache_grouping=False,
        ),
        parallel_config=SimpleNamespace(
            tensor_parallel_size=case["tensor_parallel_size"],
            decode_context_parallel_size=case.get("decode_context_parallel_size", 1),
            pipeline_parallel_size=pipeline,
        ),
        scheduler_config=SimpleNamespace(
            disable_hybrid_kv_cache_manager=settings["disable_hybrid_kv_cache_manager"],
            max_num_encoder_input_tokens=batched,
            max_num_batched_tokens=batched,
        ),
        attention_config=SimpleNamespace(hisparse_config=None),
        speculative_config=None,
        num_prefill_lookahead_tokens=0,
        max_in_flight_tokens=settings["batches"] * batched,
        device_config=SimpleNamespace(device_type="cuda"),
    )


def state_of(layer, config, case):
    """Shapes and dtypes of a recurrent layer's state, by vLLM's calculators."""
    kind = layer["state"]
    dtypes = getattr(MambaStateDtypeCalculator, f"{kind}_state_dtype")
    shapes = getattr(MambaStateShapeCalculator, f"{kind}_state_shape")
    cache = config.cache_config
    arguments = [config.model_config.dtype, cache.mamba_cache_dtype]
    if kind not in ("short_conv", "linear_attention"):
        arguments.append(cache.mamba_ssm_cache_dtype)
    sizes = dict(layer["arguments"])
    if case["settings"]["num_speculative_tokens"] > 0:
        sizes["num_spec"] = case["settings"]["num_speculative_tokens"]
    sizes["tp_size" if kind == "linear_attention" else "tp_world_size"] = case["tensor_parallel_size"]
    return tuple(shapes(**sizes)), tuple(dtypes(*arguments))


def spec_of(layer, config, case):
    cache = config.cache_config
    if layer["spec"] == "MambaSpec":
        shapes, dtypes = state_of(layer, config, case)
        align = cache.mamba_cache_mode == "align"
        return interface.MambaSpec(
            block_size=cache.block_size if align else case["max_model_len"],
            shapes=shapes,
            dtypes=dtypes,
            page_size_padded=cache.mamba_page_size_padded,
            mamba_cache_mode=cache.mamba_cache_mode,
            num_speculative_blocks=case["settings"]["num_speculative_tokens"],
            num_prefill_checkpoint_blocks=case["settings"]["prefill_checkpoint_blocks"],
        )
    arguments = dict(layer["arguments"])
    if "dtype" in arguments:
        arguments["dtype"] = DTYPES[arguments["dtype"]]
        if "state_content_bytes" in arguments:
            arguments["kv_quant_mode"] = interface.get_kv_quant_mode("fp8_ds_mla")
    else:
        cache_dtype = case["cache_dtype"]
        arguments["dtype"] = (
            config.model_config.dtype if cache_dtype == "auto" else BY_CACHE_DTYPE[cache_dtype]
        )
        arguments["kv_quant_mode"] = interface.get_kv_quant_mode(cache_dtype)
    spec = getattr(interface, layer["spec"])(block_size=layer.get("block_size", cache.block_size), **arguments)
    return Kernels.customize_spec(spec)


def align(case, config):
    """The enlarged block size of a model with attention and recurrent layers."""
    recurrent = [layer for layer in case["layers"] if layer["spec"] == "MambaSpec"]
    if not recurrent or len(recurrent) == len(case["layers"]):
        return
    shapes, dtypes = state_of(recurrent[0], config, case)
    model = SimpleNamespace(
        get_mamba_state_shape_from_config=lambda _config: shapes,
        get_mamba_state_dtype_from_config=lambda _config: dtypes,
    )
    models_registry.ModelRegistry.resolve_model_cls = lambda *_, **__: (model, None)
    mamba_abstract.get_mamba_prefill_checkpoint_alignment = lambda _config: case["settings"][
        "prefill_checkpoint_alignment"
    ]
    Aligner._align_hybrid_block_size(config, Kernels)


def answer(case):
    config = config_of(case)
    align(case, config)
    stages = [
        {f"{name}.{index}": spec_of(layer, config, case) for index, (name, layer) in enumerate(stage)}
        for stage in case["stages"]
    ]
    available = case["available_bytes"]
    groups = planning.get_global_kv_cache_groups(config, stages)
    configs = planning.get_kv_cache_configs(config, stages, [available] * len(stages), groups)
    tokens, concurrency = utils.get_kv_cache_capacity(config, utils.generate_scheduler_kv_cache_config(configs))
    blocks = [
        -(-group.kv_cache_spec.max_memory_usage_bytes(config) // group.kv_cache_spec.page_size_bytes)
        for group in groups
    ]
    return {
        "numBlocks": configs[0].num_blocks,
        "blockBytes": [one.kv_cache_tensors[0].size // one.num_blocks for one in configs],
        "groups": [
            {
                "layers": len(group.layer_names),
                "blockSize": group.kv_cache_spec.block_size,
                "pageBytes": group.kv_cache_spec.page_size_bytes,
                "blocksPerRequest": count,
            }
            for group, count in zip(groups, blocks)
        ],
        "tokens": tokens,
        "maxConcurrency": concurrency,
    }


def stages_of(case):
    """The layers of each pipeline stage under names of their own, given as runs of `(count, specs of one layer)`."""
    layers = [(f"layers.{index}", specs) for index, specs in enumerate(case["model"])]
    size, larger = divmod(len(layers), case["pipeline_parallel_size"])
    partitions = [size] * case["pipeline_parallel_size"]
    for index in range(2, larger + 2):  # `vllm.distributed.utils.get_pp_indices`
        partitions[-index] += 1
    start = 0
    for count in partitions:
        yield [(name, spec) for name, specs in layers[start : start + count] for spec in specs]
        start += count


answers = []
for case in json.load(sys.stdin):
    case["stages"] = list(stages_of(case))
    case["layers"] = [layer for specs in case["model"] for layer in specs]
    try:
        answers.append(answer(case))
    except (AssertionError, NotImplementedError, ValueError) as error:
        answers.append({"error": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
