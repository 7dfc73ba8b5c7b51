"""What vLLM's own code says about caches: specs, groups, blocks, tokens and concurrency, without a GPU.

    python3 specs.py <folder of an unpacked vLLM source distribution> < cases.json > answers.json

The modules in REAL are executed as they are; every other module of vLLM, and torch, is replaced by names that do
nothing, since planning needs no more of torch than the sizes of its dtypes. What says how a layer is cached stands in
modules that need a GPU; there single methods are taken out and executed (`layers.py`). A case names the layers, by class
and what its constructor is given, and has the published config, from which vLLM itself takes heads and states.
"""

import json
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

from layers import Config, Layers, text_of
from stubs import Dtype, stub
from taken import class_names, function_of, value_of

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
    "vllm.transformers_utils.model_arch_config_convertor",
    "vllm.transformers_utils.deepseek_v4_utils",
    "vllm.model_executor.layers.mamba.mamba_utils",
    "vllm.utils.math_utils",
    "vllm.utils.import_utils",
}

stub(SOURCE, REAL, {"vllm", "torch", "numpy", "typing_extensions", "safetensors", "transformers"})

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
import vllm.config.utils as config_utils  # noqa: E402
import vllm.config.vllm  # noqa: E402
import vllm.distributed  # noqa: E402
import vllm.envs  # noqa: E402
import vllm.transformers_utils.config as transformers_config  # noqa: E402
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
vllm.envs.VLLM_MLA_DISABLE = False
transformers_config.CONFIG_FIELD_ALIASES = value_of(
    SOURCE / "vllm/transformers_utils/config.py", "CONFIG_FIELD_ALIASES"
)
config_utils.getattr_iter = function_of(SOURCE / "vllm/config/utils.py", "getattr_iter")

import vllm.model_executor.layers.mamba.abstract as mamba_abstract  # noqa: E402
import vllm.model_executor.models as models_registry  # noqa: E402
import vllm.v1.kv_cache_interface as interface  # noqa: E402
import vllm.v1.kv_cache_spec_registry as registry  # noqa: E402
from vllm.transformers_utils.model_arch_config_convertor import (  # noqa: E402
    MODEL_ARCH_CONFIG_CONVERTORS,
    ModelArchConfigConvertorBase,
)
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
    ),
    register_custom_kv_cache_specs=lambda _config: None,
)

planning = sys.modules["vllm.v1.core.kv_cache_planning"]
utils = sys.modules["vllm.v1.core.kv_cache_utils"]

MANAGERS = SOURCE / "vllm/v1/core/single_type_kv_cache_manager.py"
function_of(
    MANAGERS,
    "register_all_kvcache_specs",
    {
        **vars(interface),
        **{name: object for name in class_names(MANAGERS)},
        "KVCacheSpecRegistry": registry.KVCacheSpecRegistry,
    },
)(None)

PACKING = {
    "KVQuantMode": interface.KVQuantMode,
    "get_dtype_size": torch_utils.get_dtype_size,
    "replace": replace,
    "torch": torch,
}
PACKING["nvfp4_kv_cache_full_dim"] = function_of(SOURCE / "vllm/utils/torch_utils.py", "nvfp4_kv_cache_full_dim")
PACKERS = [
    function_of(SOURCE / f"vllm/v1/attention/backends/{module}.py", "customize_spec", PACKING, name)
    for module, name in [("triton_attn", "TritonAttentionBackend"), ("flashinfer", "FlashInferBackend")]
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

    @staticmethod
    def is_mla():
        return False


class Aligner(Platform):
    @classmethod
    def _find_non_ssm_backends(cls, _config):
        return [Kernels]


def dtype_of(cache_dtype, model_dtype):
    return model_dtype if cache_dtype == "auto" else BY_CACHE_DTYPE.get(cache_dtype, DTYPES["uint8"])


LAYERS = Layers(
    SOURCE,
    interface,
    torch,
    {
        "MambaStateShapeCalculator": MambaStateShapeCalculator,
        "MambaStateDtypeCalculator": MambaStateDtypeCalculator,
    },
    dtype_of,
)

MODEL_CONFIG = SOURCE / "vllm/config/model.py"
METHODS_OF_MODEL = {
    name: function_of(MODEL_CONFIG, name, {"current_platform": SimpleNamespace()}, "ModelConfig")
    for name in ("get_num_kv_heads", "get_head_size", "get_total_num_kv_heads", "verify_with_parallel_config")
}
UPDATE_STATE_DTYPE = {
    name: function_of(
        SOURCE / "vllm/model_executor/models/config.py",
        method,
        {"logger": MagicMock(), "getattr": getattr},
        f"{name}Config",
    )
    for name, method in [
        ("NemotronHForCausalLM", "update_mamba_ssm_cache_dtype"),
        ("Qwen3_5ForConditionalGeneration", "verify_and_update_config"),
    ]
}


def model_config_of(case):
    """`ModelConfig` of a published config; of a case without one, with what the case says itself."""
    published = case["config"]
    model = SimpleNamespace(
        dtype=DTYPES[case["dtype"]],
        max_model_len=case["max_model_len"],
        original_max_model_len=case["max_model_len"],
        use_mla=case["use_mla"],
        architecture="golden",
        architectures=["golden"],
        supports_kv_cache_grouping=False,
        multimodal_config=None,
        registry=SimpleNamespace(is_pp_supported_model=lambda *_: True),
        hf_config=None,
    )
    if published is None:
        model.get_num_kv_heads = lambda _parallel: case["one_token"]["num_kv_heads"]
        model.get_head_size = lambda: case["one_token"]["head_size"]
        return model
    hf_config = Config(**published, name_or_path="")
    convertor_of = MODEL_ARCH_CONFIG_CONVERTORS.get(published["model_type"], ModelArchConfigConvertorBase)
    convertor = convertor_of(hf_config, text_of(hf_config))
    model.hf_config, model.hf_text_config = convertor.hf_config, convertor.hf_text_config
    model.use_mla = convertor.is_deepseek_mla()
    model.model_arch_config = SimpleNamespace(
        total_num_attention_heads=convertor.get_total_num_attention_heads(),
        total_num_kv_heads=convertor.get_total_num_kv_heads() or 0,
        head_size=convertor.get_head_size(),
    )
    for name, method in METHODS_OF_MODEL.items():
        setattr(model, name, method.__get__(model))
    return model


def config_of(case):
    settings = case["settings"]
    batched = settings["max_num_batched_tokens"]
    speculated = settings["num_speculative_tokens"]
    cache = SimpleNamespace(
        block_size=case["block_size"],
        cache_dtype=case["cache_dtype"],
        mamba_cache_mode=settings["mamba_cache_mode"],
        mamba_block_size=case["block_size"] if settings["mamba_cache_mode"] == "align" else case["max_model_len"],
        mamba_page_size_padded=None,
        mamba_cache_dtype="auto",
        mamba_ssm_cache_dtype=settings["mamba_ssm_cache_dtype"],
        use_replayssm=False,
        skip_page_size_padded=None,
        num_gpu_blocks_override=None,
        prefix_cache_retention_interval=None,
        kv_cache_dtype_skip_layers=[],
        get_resolved_kv_cache_layout=lambda: getattr(interface.KVCacheLayout, case["layout"]),
    )
    config = SimpleNamespace(
        cache_config=cache,
        model_config=model_config_of(case),
        parallel_config=SimpleNamespace(
            tensor_parallel_size=case["tensor_parallel_size"],
            decode_context_parallel_size=case["decode_context_parallel_size"],
            pipeline_parallel_size=case["pipeline_parallel_size"],
            enable_hc_sp=False,
            enable_expert_parallel=False,
        ),
        scheduler_config=SimpleNamespace(
            disable_hybrid_kv_cache_manager=settings["disable_hybrid_kv_cache_manager"],
            max_num_encoder_input_tokens=batched,
            max_num_batched_tokens=batched,
            encoder_cache_size=batched,
            max_num_seqs=1,
            max_num_active_seqs=None,
            long_prefill_token_threshold=0,
            max_num_partial_prefills=1,
            disable_chunked_mm_input=True,
            enable_chunked_prefill=False,
        ),
        attention_config=SimpleNamespace(hisparse_config=None),
        speculative_config=(
            SimpleNamespace(num_speculative_tokens=speculated, use_eagle_block_drop=lambda: False)
            if speculated > 0
            else None
        ),
        num_speculative_tokens=speculated,
        num_prefill_lookahead_tokens=0,
        max_in_flight_tokens=settings["batches"] * batched,
        device_config=SimpleNamespace(device_type="cuda"),
        prefill_checkpoint_alignment=settings["prefill_checkpoint_alignment"],
    )
    update_state_dtype(config)
    return config


def update_state_dtype(config):
    """What the config hooks of model classes make of `--mamba-ssm-cache-dtype auto`."""
    hf_config = config.model_config.hf_config
    architecture = "" if hf_config is None else hf_config["architectures"][0]
    if architecture.startswith("NemotronH"):
        hook = SimpleNamespace(DEFAULT_MAMBA_SSM_CACHE_DTYPE="float32")
        UPDATE_STATE_DTYPE["NemotronHForCausalLM"](
            hook, cache_config=config.cache_config, hf_config=config.model_config.hf_text_config
        )
    if architecture.startswith("Qwen3_5"):
        UPDATE_STATE_DTYPE["Qwen3_5ForConditionalGeneration"](config)


def state_of(layer, config):
    """Shapes and dtypes of a recurrent layer's state: by the model class, else by the calculator."""
    found = LAYERS.state_of_model(config)
    if found is not None:
        return found
    kind = layer["calculator"]
    if not hasattr(MambaStateShapeCalculator, f"{kind}_state_shape"):
        raise NotImplementedError(f"There are no states of {kind}.")
    dtypes = getattr(MambaStateDtypeCalculator, f"{kind}_state_dtype")
    shapes = getattr(MambaStateShapeCalculator, f"{kind}_state_shape")
    cache = config.cache_config
    arguments = [config.model_config.dtype, cache.mamba_cache_dtype]
    if kind not in ("short_conv", "linear_attention"):
        arguments.append(cache.mamba_ssm_cache_dtype)
    sizes = dict(layer["sizes"])
    if config.num_speculative_tokens > 0:
        sizes["num_spec"] = config.num_speculative_tokens
    ranks = config.parallel_config.tensor_parallel_size
    sizes["tp_size" if kind == "linear_attention" else "tp_world_size"] = ranks
    return tuple(shapes(**sizes)), tuple(dtypes(*arguments))


def cache_config_for(layer, config):
    """What a layer's constructor makes of `--kv-cache-dtype`."""
    cache_dtype = config.cache_config.cache_dtype
    is_packed = layer.get("sparse") and cache_dtype.startswith("fp8")
    is_deepseek_v4 = layer["class"].startswith(("DeepseekV4", "Compressor"))
    if not is_packed and not is_deepseek_v4:
        return config
    cache = SimpleNamespace(**{**vars(config.cache_config), "cache_dtype": "fp8_ds_mla"})
    return SimpleNamespace(**{**vars(config), "cache_config": cache})


def spec_of(layer, config):
    state = state_of(layer, config) if "calculator" in layer else None
    spec = LAYERS.spec_of(layer, cache_config_for(layer, config), Kernels, state)
    return spec if state is not None else Kernels.customize_spec(spec)


def align(case, config):
    """The enlarged block size of a model with attention and recurrent layers."""
    recurrent = [layer for layer in case["layers"] if "calculator" in layer]
    if not recurrent or len(recurrent) == len(case["layers"]):
        return
    shapes, dtypes = state_of(recurrent[0], config)
    model = SimpleNamespace(
        get_mamba_state_shape_from_config=lambda _config: shapes,
        get_mamba_state_dtype_from_config=lambda _config: dtypes,
    )
    models_registry.ModelRegistry.resolve_model_cls = lambda *_, **__: (model, None)
    mamba_abstract.get_mamba_prefill_checkpoint_alignment = lambda _config: config.prefill_checkpoint_alignment
    Aligner._align_hybrid_block_size(config, Kernels)


def answer(case):
    config = config_of(case)
    if config.model_config.hf_config is not None:
        with refusing():
            config.model_config.verify_with_parallel_config(config.parallel_config)
    align(case, config)
    stages = [
        {f"{name}.{index}": spec_of(layer, config) for index, (name, layer) in enumerate(stage)}
        for stage in case["stages"]
    ]
    if any(layer["class"] == "CrossAttention" for layer in case["layers"]):
        with refusing():
            check_encoder(config, case["encoder_tokens"])
    with refusing():
        return plan(config, stages, case["available_bytes"])


VERIFY_MAX_MODEL_LEN = function_of(
    SOURCE / "vllm/config/scheduler.py", "verify_max_model_len", {"logger": MagicMock()}, "SchedulerConfig"
)
ENCODER_BUDGET = function_of(SOURCE / "vllm/v1/core/encoder_cache_manager.py", "compute_mm_encoder_budget", {"logger": MagicMock()})


def check_encoder(config, tokens):
    """What becomes of the batch size of a model with an encoder, for which chunked prefill is off."""
    scheduler = config.scheduler_config
    ENCODER_BUDGET(scheduler, {"encoder": tokens})
    VERIFY_MAX_MODEL_LEN(scheduler, config.model_config.max_model_len)


class Refused(Exception):
    """Whatever vLLM's checks and plans raise: where they stop without a reason of their own, it does not run either."""


@contextmanager
def refusing():
    try:
        yield
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def plan(config, stages, available):
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


GET_PP_INDICES = function_of(
    SOURCE / "vllm/distributed/utils.py", "get_pp_indices", {"envs": SimpleNamespace(VLLM_PP_LAYER_PARTITION=None), "logger": MagicMock()}
)


def stages_of(case):
    """The layers of each pipeline stage under names of their own; those of a draft on the last."""
    layers = [(f"layers.{index}", specs) for index, specs in enumerate(case["model"])]
    draft = [(f"draft.{index}", spec) for index, specs in enumerate(case["draft"]) for spec in specs]
    for stage in range(case["pipeline_parallel_size"]):
        start, end = GET_PP_INDICES(len(layers), stage, case["pipeline_parallel_size"])
        own = [(name, spec) for name, specs in layers[start:end] for spec in specs]
        yield own + (draft if stage == case["pipeline_parallel_size"] - 1 else [])


answers = []
for case in json.load(sys.stdin):
    case["layers"] = [layer for specs in case["model"] for layer in specs]
    try:
        case["stages"] = list(stages_of(case))
        answers.append(answer(case))
    except Refused as error:
        answers.append({"error": str(error)[:300]})
    except (AssertionError, NotImplementedError, ValueError) as error:
        answers.append({"error": f"{type(error).__name__}: {error}"[:300]})
json.dump(answers, sys.stdout)
