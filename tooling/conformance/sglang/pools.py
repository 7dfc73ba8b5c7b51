"""What SGLang's own code says about pools: tokens from memory, and the bytes of the buffers that it makes, without a GPU.

    python3 pools.py <folder of an unpacked SGLang wheel> < cases.json > answers.json

The modules in REAL are executed as they are; every other module of SGLang and of other packages is replaced by names
that do nothing. Of torch there are dtypes with their sizes, and tensors that know their shape: what the pools allocate
is added up and never allocated.
"""

import ast
import json
import logging
import math
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

from stubs import Dtype, stub

SOURCE = Path(sys.argv[1])

logging.disable()

REAL = {
    "sglang.kernels.ops.attention.dsv4.kv_layout",
    "sglang.srt.configs.mamba_utils",
    "sglang.srt.configs.model_config",
    "sglang.srt.distributed.utils",
    "sglang.srt.layers.quantization.fp4_kv_cache_quant_method",
    "sglang.srt.mem_cache.allocation_sizing",
    "sglang.srt.mem_cache.base_swa_memory_pool",
    "sglang.srt.mem_cache.deepseek_v4_compress_state",
    "sglang.srt.mem_cache.deepseek_v4_memory_pool",
    "sglang.srt.mem_cache.index_key_cache",
    "sglang.srt.mem_cache.kv_cache_configurator",
    "sglang.srt.mem_cache.memory_pool",
    "sglang.srt.mem_cache.swa_memory_pool",
    "sglang.srt.model_executor.pool_configurator",
}

STUBBED = {"sglang", "torch", "numpy", "triton", "msgspec", "transformers", "huggingface_hub", "sgl_kernel"}

stub(SOURCE, REAL, STUBBED)

DTYPES = {
    name: Dtype(name, size)
    for name, size in [
        ("float32", 4),
        ("float16", 2),
        ("bfloat16", 2),
        ("uint8", 1),
        ("int8", 1),
        ("int32", 4),
        ("int64", 8),
        ("uint64", 8),
        ("float8_e4m3fn", 1),
        ("float8_e4m3fnuz", 1),
        ("float8_e5m2", 1),
        ("float8_e8m0fnu", 1),
        ("float4_e2m1fn_x2", 1),
    ]
}

ALLOCATED = []


class Tensor:
    """What a pool allocates: a shape and a dtype, and names that do nothing."""

    def __init__(self, shape, dtype):
        self.shape = tuple(shape)
        self.dtype = dtype
        self.nbytes = math.prod(self.shape) * dtype.itemsize

    def __getattr__(self, name):
        return MagicMock(name=f"Tensor.{name}")

    def __getitem__(self, index):
        indices = index if isinstance(index, tuple) else (index,)
        kept = [
            len(range(*one.indices(size)))
            for one, size in zip(indices, self.shape)
            if isinstance(one, slice)
        ]
        return Tensor((*kept, *self.shape[len(indices) :]), self.dtype)

    def __setitem__(self, _index, _value):
        pass


def allocate(*sizes, size=None, dtype=None, device=None, **_):
    shape = size if size is not None else sizes[0] if isinstance(sizes[0], (tuple, list)) else sizes
    tensor = Tensor(shape, dtype)
    ALLOCATED.append(tensor)
    return tensor


import numpy  # noqa: E402
import torch  # noqa: E402

for name, dtype in DTYPES.items():
    setattr(torch, name, dtype)
torch.dtype = Dtype
torch.Tensor = Tensor
torch.zeros = allocate
torch.empty = allocate
torch._utils._element_size = lambda dtype: dtype.itemsize
torch.iinfo = lambda _dtype: SimpleNamespace(max=2**63 - 1)
torch.cuda.is_available = lambda: False
numpy.prod = math.prod
numpy.sum = sum

import msgspec  # noqa: E402


class Struct:
    """`msgspec.Struct`, as far as the names of its fields."""

    def __init_subclass__(cls, **_):
        super().__init_subclass__()

    def __init__(self, **fields):
        self.__dict__.update(fields)


msgspec.Struct = Struct


class Settings(SimpleNamespace):
    """Settings of the server, of which all that are not given are off."""

    def __getattr__(self, _name):
        return None


PARALLEL = Settings(attn_tp_size=1, attn_dcp_size=1, pp_size=1)
MEMORY = Settings()
SCHEDULE = Settings()
EXEC = Settings(features=Settings(), mamba=Settings(), kernel=Settings(), graph=Settings())
SPEC = Settings()

import sglang.srt.runtime_context as runtime  # noqa: E402

runtime.get_parallel = lambda: PARALLEL
runtime.get_memory = lambda: MEMORY
runtime.get_schedule = lambda: SCHEDULE
runtime.get_exec = lambda: EXEC
runtime.get_spec = lambda: SPEC
runtime.get_disagg = lambda: Settings(disaggregation_mode="null")
runtime.get_model = lambda: Settings(qsa_indexer_dtype="auto")
runtime.get_platform = lambda: Settings(is_sm90=True)
runtime.max_speculative_num_draft_tokens = lambda: SPEC.speculative_num_draft_tokens
runtime.get_context = lambda: SimpleNamespace(override=lambda _reason, **fields: SCHEDULE.__dict__.update(fields))

import sglang.srt.environ as environ  # noqa: E402

ENVIRONMENT = {
    "SGLANG_MAMBA_CONV_DTYPE": "bfloat16",
    "SGLANG_DSV4_KV_LAYOUT": "v4",
    "SGLANG_DSV4_COMPRESSED_KV_LAYOUT": "auto",
    "SGLANG_DSV4_COMPRESS_STATE_DTYPE": "float32",
    "SGLANG_SWA_EVICTION_INTERVAL": 128,
}


class Environment:
    """`envs`: the defaults of `sglang/srt/environ.py` that pools read, and off for all others."""

    def __getattr__(self, name):
        return SimpleNamespace(get=lambda: ENVIRONMENT.get(name, False if name.startswith("SGLANG_OPT") else None))


environ.envs = Environment()

import sglang.srt.arg_groups.overrides as overrides  # noqa: E402
import sglang.srt.utils as utils  # noqa: E402
import sglang.srt.utils.common as common  # noqa: E402
import sglang.srt.mem_cache.utils as cache_utils  # noqa: E402
import sglang.srt.layers.cp.utils as context_parallel  # noqa: E402
import sglang.srt.layers.attention.dsa.utils as sparse_utils  # noqa: E402
import sglang.srt.layers.attention.dsv4.unified_kv_gate as unified_kv  # noqa: E402
import sglang.srt.layers.attention.qsa.config as qsa  # noqa: E402
import sglang.srt.mem_cache.page_interleave as page_interleave  # noqa: E402
import sglang.srt.configs.hybrid_arch as hybrid_arch  # noqa: E402
import sglang.srt.platforms as platforms  # noqa: E402
import sglang.srt.server_args as server_args  # noqa: E402

for module in (utils, common):
    module.is_cuda = lambda: True
    for absent in ("hip", "npu", "cpu", "xpu", "fp8_fnuz", "gfx95_supported"):
        setattr(module, f"is_{absent}", lambda: False)
    module.cpu_has_amx_support = lambda: False
    module.ceil_div = lambda count, size: -(-count // size)
    module.ceil_align = lambda count, size: -(-count // size) * size
    module.is_float4_e2m1fn_x2 = lambda dtype: dtype is DTYPES["float4_e2m1fn_x2"]
cache_utils.maybe_init_custom_mem_pool = lambda device: (False, None, None)
overrides.attention_backends_of = lambda _args: ("triton", "triton")
context_parallel.get_glm_dsa_layer_split_effective_num_layers = lambda _kvc, layers: layers
context_parallel.get_glm_dsa_cp_layer_shard_info = lambda _kvc: (None, 1)
sparse_utils.aiter_can_use_preshuffle_paged_mqa = lambda: False
unified_kv.is_unified_kv_triton = lambda: False
unified_kv.is_unified_kv_fp8 = lambda: False
qsa.parse_qsa_profile = lambda _config: None
page_interleave.compute_page_shard_scratch_bytes = lambda *_, **__: 0
page_interleave.make_page_shard_spec = lambda _kvc: None
platforms.current_platform = SimpleNamespace(
    is_cpu=lambda: False, is_cuda=lambda: True, is_cuda_alike=lambda: True, get_kv_pool_cls=lambda kind: None
)
server_args.m3_fp8_attn_gemm_enabled = lambda _args: False

hybrid_arch.mambaish_config = lambda model_config: model_config.mambaish
for kind in ("gdn", "kda"):
    setattr(hybrid_arch, f"hybrid_{kind}_config", lambda _model_config: None)

import sglang.srt.configs.mamba_utils as mamba_utils  # noqa: E402
import sglang.srt.configs.model_config as model_configs  # noqa: E402
import sglang.srt.mem_cache.kv_cache_configurator as configurator  # noqa: E402
import sglang.srt.mem_cache.memory_pool as memory_pool  # noqa: E402
import sglang.srt.model_executor.pool_configurator as pool_configurator  # noqa: E402
from sglang.srt.distributed.utils import get_pp_indices  # noqa: E402

import sglang.srt.speculative.spec_info as spec_info  # noqa: E402

spec_info.SpeculativeAlgorithm.from_string = lambda name: SimpleNamespace(
    is_uno=lambda: False, has_draft_kv=lambda: name != "NGRAM"
)

# Draft models of speculative decoding may share entries of a buffer, and shards of it; here they do not.
configurator.get_shared_kv_shard_pool = lambda _kvc: None
# Copies once to warm up, of slots that are gone afterwards.
memory_pool.MHATokenToKVPool._init_kv_copy_and_warmup = lambda _pool: None
configurator.KVCacheConfigurator.fused_entry_bytes = lambda _kvc, _name: None

OVERRIDES = ast.parse((SOURCE / "sglang/srt/arg_groups/overrides.py").read_text())


def names_in(constant):
    """The strings of a frozenset of `sglang/srt/arg_groups/overrides.py`, which cannot be executed without a server."""
    for node in OVERRIDES.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == constant:
            return {leaf.value for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant)}
    raise KeyError(constant)


EXTRA_BUFFER = names_in("_MAMBA_EXTRA_BUFFER_ARCHS")


def state_params(case, config):
    """Shapes and dtypes of a recurrent layer's state, by SGLang's calculators."""
    tensor_parallel = case["attn_tp_size"]
    layers = case["mamba_layer_ids"]
    kind, arguments = case["state"]["kind"], case["state"]["arguments"]
    dtype = mamba_utils.mamba2_state_dtype(config)
    if kind == "kda":
        shape = mamba_utils.KimiLinearStateShape.create(tp_world_size=tensor_parallel, **arguments)
        return mamba_utils.KimiLinearCacheParams(shape=shape, layers=layers)
    create = getattr(mamba_utils.Mamba2StateShape, "create_full_rank" if kind == "mamba1" else "create")
    shape = create(tp_world_size=tensor_parallel, **arguments)
    return mamba_utils.Mamba2CacheParams(shape=shape, layers=layers, dtype=dtype)


def configurator_of(case, stage):
    """SGLang's `KVCacheConfigurator` of a pipeline stage, with what it reads from the model and the server."""
    published = Settings(**case["config"])
    text = Settings(**case["config"].get("text_config", case["config"]))
    hf_config = Settings(
        **{
            **case["config"],
            "text_config": text if "text_config" in case["config"] else None,
            "index_head_dim": case["index_head_dim"],
            "index_topk": 2048 if case["index_head_dim"] else None,
            "index_kpool": 1,
            "kv_source_layer_ids": [],
        }
    )
    hybrid = Settings(
        hf_config=published,
        hf_text_config=text,
        disable_hybrid_swa_memory=case["disable_hybrid_swa_memory"],
        _detect_attention_sinks=lambda: False,
    )
    model_configs.ModelConfig._derive_hybrid_model(hybrid)
    swa, swa_ids, full_ids = hybrid.is_hybrid_swa, hybrid.swa_attention_layer_ids, hybrid.full_attention_layer_ids
    start, end = get_pp_indices(case["num_hidden_layers"], stage, case["pipeline_parallel_size"])
    mambaish = None
    if case["mamba_layer_ids"]:
        without_text = {key: value for key, value in case["config"].items() if key != "text_config"}
        dtype_config = SimpleNamespace(**(vars(text) if "text_config" in case["config"] else without_text))
        mambaish = SimpleNamespace(
            full_attention_layer_ids=case["full_attention_layer_ids"],
            mamba2_cache_params=state_params(case, dtype_config),
        )
    heads, swa_heads, latent = case["heads"] or {}, case["swa_heads"] or {}, case["latent"] or {}
    model = Settings(
        hf_config=hf_config,
        hf_text_config=SimpleNamespace(swa_num_key_value_heads=swa_heads.get("num_kv_heads")),
        is_draft_model=False,
        mambaish=mambaish,
        num_hidden_layers=case["num_hidden_layers"],
        context_len=case["context_len"],
        attention_arch=model_configs.AttentionArch.MLA if latent else model_configs.AttentionArch.MHA,
        get_total_num_kv_heads=lambda: heads.get("num_kv_heads", 0),
        head_dim=heads.get("head_dim", 0),
        v_head_dim=heads.get("v_head_dim", 0),
        swa_head_dim=swa_heads.get("head_dim"),
        swa_v_head_dim=swa_heads.get("v_head_dim"),
        kv_lora_rank=latent.get("kv_lora_rank"),
        qk_rope_head_dim=latent.get("qk_rope_head_dim"),
        qk_nope_head_dim=latent.get("kv_lora_rank") if case["compress_ratios"] else None,
        index_head_dim=case["index_head_dim"],
        compress_ratios=case["compress_ratios"],
        window_size=case["sliding_window"],
    )
    for name in ("get_num_kv_heads", "get_swa_num_kv_heads"):
        setattr(model, name, getattr(model_configs.ModelConfig, name).__get__(model))
    speculation = case["speculation"]
    has_draft = speculation is not None and speculation["algorithm"] != "NGRAM"
    kvc = object.__new__(configurator.KVCacheConfigurator)
    for name, value in {
        "device": "cuda",
        "attn_dp_size": 1,
        "pp_size": case["pipeline_parallel_size"],
        "pp_group": SimpleNamespace(rank_in_group=stage),
        "model": None,
        "model_config": model,
        "server_args": Settings(),
        "kv_cache_dtype": DTYPES[case["cache_dtype"]],
        "kv_cache_dtype_str": case["cache_dtype_str"],
        "model_dtype": DTYPES[case["dtype"]],
        "page_size": case["page_size"],
        "sliding_window_size": case["sliding_window"],
        "spec_algorithm": SimpleNamespace(
            is_none=lambda: speculation is None,
            is_eagle=lambda: has_draft,
            is_standalone=lambda: False,
            is_dflash_family=lambda: False,
            is_dspark=lambda: False,
        ),
        "is_draft_worker": False,
        "post_capture_kv_active": False,
        "spec_aux_config": SimpleNamespace(eagle_draft_num_layers=1, eagle_draft_swa_num_layers=None),
        "is_hybrid_swa": swa,
        "is_hybrid_swa_compress": hybrid.is_hybrid_swa_compress,
        "use_mla_backend": bool(latent) and not case["compress_ratios"],
        "layer_info": SimpleNamespace(
            start_layer=start,
            end_layer=end,
            num_effective_layers=end - start,
            swa_attention_layer_ids=None if swa_ids is None else [i for i in swa_ids if start <= i < end],
            full_attention_layer_ids=None if full_ids is None else [i for i in full_ids if start <= i < end],
        ),
        "mambaish_config": mambaish,
        "extra_mamba_cache_bytes_per_req": 0,
        "hybrid_gdn_config": None,
        "hybrid_kda_config": None,
        "draft_swa_full_capacity": False,
        "is_hybrid_swa_mtp_draft": False,
        "kv_shard_rank": None,
        "kv_shard_size": 1,
        "kv_shard_spec": None,
    }.items():
        object.__setattr__(kvc, name, value)
    return kvc


def set_server(case):
    PARALLEL.attn_tp_size = case["attn_tp_size"]
    PARALLEL.pp_size = case["pipeline_parallel_size"]
    MEMORY.disable_radix_cache = case["disable_radix_cache"]
    SCHEDULE.__dict__.clear()
    SCHEDULE.__dict__.update(
        page_size=case["page_size"],
        swa_full_tokens_ratio=case["swa_full_tokens_ratio"] or 0.8,
        _swa_full_tokens_ratio_explicitly_set=case["swa_full_tokens_ratio"] is not None,
        mamba_full_memory_ratio=0.9,
        max_mamba_cache_size=case["max_mamba_cache_size"],
        max_running_requests=case["max_running_requests"],
        chunked_prefill_size=8192,
    )
    speculation = case["speculation"] or {}
    SPEC.speculative_algorithm = speculation.get("algorithm")
    SPEC.speculative_num_steps = speculation.get("num_steps")
    SPEC.speculative_eagle_topk = speculation.get("topk")
    SPEC.speculative_num_draft_tokens = speculation.get("num_draft_tokens")
    architecture = case["config"]["architectures"][0]
    extra = case["mamba_radix_cache_strategy"] == "extra_buffer" or (
        case["mamba_radix_cache_strategy"] == "auto" and architecture in EXTRA_BUFFER
    )
    EXEC.mamba = Settings(enable_mamba_extra_buffer=extra)
    ENVIRONMENT["SGLANG_MAMBA_SSM_DTYPE"] = case["mamba_ssm_dtype"]


def least_pools(kvc, sizer, case):
    """The least pools in which all requests fit: every token, and of a window its pages and one more."""
    page, requests = case["page_size"], case["num_requests"]
    pages = -(-case["context_len"] // page)
    full = requests * pages
    if not kvc.is_hybrid_swa:
        return sizer.calculate_pool_sizes_from_max_tokens(full * page, page)
    window_pages = requests * min(pages, -(-case["sliding_window"] // page) + 1)

    def fits(count):
        try:
            sizes = sizer.calculate_pool_sizes_from_max_tokens(count * page, page)
        except ValueError:
            return None
        return sizes if sizes.swa_max_total_num_tokens >= window_pages * page else None

    low, high = full - 1, full
    while fits(high) is None:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return fits(high)


def make_draft_pool(kvc, config):
    """The pool of a draft of one layer that is like the model's own full ones, as a draft worker makes it."""
    layers = SimpleNamespace(start_layer=0, end_layer=1, num_effective_layers=1)
    layers.swa_attention_layer_ids, layers.full_attention_layer_ids = [], [0]
    for name, value in {
        "is_draft_worker": True,
        "is_hybrid_swa": False,
        "mambaish_config": None,
        "layer_info": layers,
    }.items():
        object.__setattr__(kvc, name, value)
    assert kvc._build_token_to_kv_pool(
        sizes=kvc._derive_pool_sizes(config=config),
        is_dsa_model=model_configs.is_deepseek_dsa(kvc.model_config.hf_config),
        is_dsv4_model=False,
        req_to_token_pool=SimpleNamespace(req_to_token=Tensor((1, 1), DTYPES["int32"]), mamba_pool=None),
    )


def stage_of(case, stage):
    """What the pools of a pipeline stage take when they are made for the requests of the case."""
    set_server(case)
    # Windows are sized by the tokens of the case, not by all requests that may run.
    SCHEDULE.max_running_requests = None
    kvc = configurator_of(case, stage)
    ratio = kvc._calculate_mamba_ratio()
    sizer = pool_configurator.create_memory_pool_configurator(kvc)
    config = least_pools(kvc, sizer, case)
    config.max_running_requests = case["num_requests"]
    config = sizer.finalize_with_max_running_requests(config)
    ALLOCATED.clear()
    states = None
    mamba_pool = None
    if kvc.mambaish_config is not None:
        states = case["max_mamba_cache_size"] or case["num_requests"] * ratio
        mamba_pool = memory_pool.MambaPool(
            size=states,
            spec_state_size=case["num_requests"],
            cache_params=kvc.mambaish_config.mamba2_cache_params,
            mamba_layer_ids=kvc._get_mamba_layer_ids_for_req_pool(),
            device="cuda",
            speculative_num_draft_tokens=SPEC.speculative_num_draft_tokens,
            speculative_eagle_topk=SPEC.speculative_eagle_topk,
        )
    hf_config = kvc.model_config.hf_config
    pool = kvc._build_token_to_kv_pool(
        sizes=kvc._derive_pool_sizes(config=config),
        is_dsa_model=model_configs.is_deepseek_dsa(hf_config),
        is_dsv4_model=model_configs.is_deepseek_v4(hf_config),
        req_to_token_pool=SimpleNamespace(
            req_to_token=Tensor((case["num_requests"] + 1, case["context_len"]), DTYPES["int32"]),
            mamba_pool=mamba_pool,
            register_on_alloc_rows=lambda _clear: None,
        ),
    )
    assert pool is not None
    if kvc.spec_algorithm.is_eagle():
        make_draft_pool(kvc, config)
    return {
        "maxTotalNumTokens": config.max_total_num_tokens,
        "swaTokens": config.swa_max_total_num_tokens,
        "states": states,
        "bytes": sum(tensor.nbytes for tensor in ALLOCATED),
    }


def capacity_of(case, stage):
    """What SGLang makes of the memory that is left for the pools of a stage."""
    set_server(case)
    kvc = configurator_of(case, stage)
    rest = case["available_bytes"] / (1 << 30)
    if kvc.mambaish_config is not None:
        rest = kvc._handle_max_mamba_cache(rest)
    sizer = pool_configurator.create_memory_pool_configurator(kvc)
    config = sizer.calculate_pool_sizes(int(rest * (1 << 30)), case["page_size"])
    states = SCHEDULE.max_mamba_cache_size
    return {
        "maxTotalNumTokens": config.max_total_num_tokens,
        "swaTokens": config.swa_max_total_num_tokens,
        "maxMambaCacheSize": states,
        "maxRunningRequests": kvc.resolve_max_num_reqs(config.max_total_num_tokens),
    }


def answer(case):
    stages = range(case["pipeline_parallel_size"])
    pools = [stage_of(case, stage) for stage in stages]
    capacities = [capacity_of(case, stage) for stage in stages]
    return {"pools": pools, "capacity": min(capacities, key=lambda one: one["maxTotalNumTokens"])}


answers = []
for case in json.load(sys.stdin):
    try:
        answers.append(answer(case))
    except Exception as error:  # Where it stops without a reason of its own, it does not run either.
        answers.append({"error": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
