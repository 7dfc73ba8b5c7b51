"""vLLM's own layers and model classes, as far as they say what is cached: their methods are taken out and executed."""

import functools
from dataclasses import replace
from types import SimpleNamespace

from taken import bases_of, class_names, class_of, function_of, method_node, value_of


class Config(dict):
    """A published config: fields are attributes; those of nested configs too."""

    def __getattr__(self, name):
        if name == "num_key_value_heads" and self.get("multi_query") and self.get("model_type") == "gpt_bigcode":
            return 1  # `GPTBigCodeConfig`
        for one in (name, *ALIASES.get(name, ())):
            if one in self:
                return as_config(self[one])
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def __delattr__(self, name):
        del self[name]


# `attribute_map` of the config classes of transformers.
ALIASES = {
    "num_attention_heads": ("n_head", "n_heads"),
    "hidden_size": ("n_embd", "d_model"),
    "num_hidden_layers": ("n_layer", "n_layers", "num_layers"),
}


def as_config(value):
    if isinstance(value, dict):
        return Config(value)
    return [as_config(one) for one in value] if isinstance(value, list) else value


def text_of(config):
    """`get_hf_text_config`."""
    return as_config(config.get("text_config") or config)


class Layers:
    """Layers of vLLM, made from what their constructors are given.

    `source` is the folder of vLLM's source, `interface` and `torch` the modules, `calculators` those of `mamba_utils`.
    """

    def __init__(self, source, interface, torch, calculators, dtype_of):
        self.source = source
        self.torch = torch
        self.dtype_of = dtype_of
        self.calculators = calculators
        attention = "vllm/model_executor/layers/attention"
        names = {
            **vars(interface),
            "torch": torch,
            "replace": replace,
            "functools": functools,
            "AttentionType": SimpleNamespace(DECODER="decoder", ENCODER="encoder", ENCODER_ONLY="encoder_only"),
            "kv_cache_dtype_str_to_dtype": lambda cache_dtype, model: dtype_of(cache_dtype, model.dtype),
            "get_mamba_prefill_checkpoint_grid": lambda config: config.cache_config.mamba_block_size,
            "get_mamba_prefill_checkpoint_alignment": lambda config: config.prefill_checkpoint_alignment,
        }
        names["_largest_kernel_block_within"] = function_of(
            source / attention / "attention.py", "_largest_kernel_block_within"
        )
        spec = ["get_kv_cache_spec"]

        def of(path, name, methods=spec, base=object):
            return class_of(source / path, name, methods, names, base)

        mamba = "vllm/model_executor/layers/mamba"
        base = of(f"{mamba}/abstract.py", "MambaBase", ["is_kv_cache_tp_replicated", *spec])
        names["kda_prefill_checkpoint_alignment"] = function_of(
            source / mamba / "kda_checkpoint.py", "kda_prefill_checkpoint_alignment"
        )
        self.classes = {
            "Attention": of(f"{attention}/attention.py", "Attention"),
            "ChunkedLocalAttention": of(f"{attention}/chunked_local_attention.py", "ChunkedLocalAttention"),
            "CrossAttention": of(f"{attention}/cross_attention.py", "CrossAttention"),
            "MLAAttention": of(f"{attention}/mla_attention.py", "MLAAttention"),
            "DeepseekV32IndexerCache": of("vllm/model_executor/models/deepseek_v2.py", "DeepseekV32IndexerCache"),
            "MiniMaxM3SparseAttention": of(
                "vllm/models/minimax_m3/nvidia/model.py", "MiniMaxM3SparseAttention"
            ),
            "MiniMaxM3IndexerCache": of("vllm/models/minimax_m3/common/indexer.py", "MiniMaxM3IndexerCache"),
            "DeepseekV4SWACache": of("vllm/v1/attention/backends/mla/sparse_swa.py", "DeepseekV4SWACache"),
            "DeepseekV4Attention": of("vllm/models/deepseek_v4/attention.py", "DeepseekV4Attention"),
            "DeepseekV4IndexerCache": of("vllm/models/deepseek_v4/attention.py", "DeepseekV4IndexerCache"),
            "CompressorStateCache": of("vllm/models/deepseek_v4/compressor.py", "CompressorStateCache"),
            "MambaBase": base,
            "MambaMixer2": of(f"{mamba}/mamba_mixer2.py", "MambaMixer2", spec, base),
            "QwenGatedDeltaNetAttention": of(
                f"{mamba}/gdn/qwen_gdn_linear_attn.py",
                "QwenGatedDeltaNetAttention",
                ["_exports_checkpoints", *spec],
                base,
            ),
            "KimiK3DeltaAttention": of("vllm/models/kimi_k3/nvidia/kda.py", "KimiK3DeltaAttention", spec, base),
        }
        self.supports_flashkda = function_of(
            source / "vllm/models/kimi_k3/nvidia/kda.py",
            "is_flashkda_supported",
            {
                "torch": torch,
                "current_platform": SimpleNamespace(
                    is_cuda=lambda: True, get_device_capability=lambda: SimpleNamespace(major=9, minor=0)
                ),
            },
        )

    def spec_of(self, layer, config, kernels, state):
        """The spec of one layer, or None; `state` gives the shapes and dtypes of a recurrent one."""
        cache_dtype = config.cache_config.cache_dtype
        dtype = self.dtype_of(cache_dtype, config.model_config.dtype)
        arguments = dict(layer["arguments"])
        tensor_parallel = config.parallel_config.tensor_parallel_size
        if "num_kv_heads" in arguments:
            arguments["num_kv_heads"] = heads_of_rank(arguments["num_kv_heads"], tensor_parallel)
        if "dtype" in arguments:
            arguments["dtype"] = getattr(self.torch, arguments["dtype"])
        one = object.__new__(self.classes[layer["class"]])
        for name, value in {
            "attn_type": "decoder",
            "kv_cache_dtype": cache_dtype,
            "kv_cache_torch_dtype": dtype,
            "cache_config": config.cache_config,
            "sliding_window": None,
            "attn_backend": kernels,
            "topk_buffer_width": None,
            "indexer": None,
            "non_causal_multi_token_decode": False,
            **arguments,
        }.items():
            setattr(one, name, value)
        if state is not None:
            shapes, dtypes = state
            one.get_state_shape = lambda: shapes
            one.get_state_dtype = lambda: dtypes
            one.mamba_type = "mamba"
            one.vllm_config = config
            one._checkpoint_alignment = config.prefill_checkpoint_alignment
            if layer["class"] == "KimiK3DeltaAttention":
                supported = self.supports_flashkda(
                    shapes[-1][-1], config.model_config.dtype, dtypes[-1], layer["lower_bound"]
                )
                one.kda_prefill_backend = "flashkda" if supported else "triton"
        return one.get_kv_cache_spec(config)

    def state_of_model(self, config):
        """Shapes and dtypes that the model class makes of the published config; None where it has a field of
        transformers' config class that the published file leaves out."""
        hf_config = config.model_config.hf_config
        if hf_config is None:
            return None
        path, name = self.module_of(hf_config["architectures"][0])
        if path is None:
            return None
        if name == "KimiLinearForCausalLM":  # `with_hf_config`
            text = SimpleNamespace(**{**vars(config.model_config), "hf_config": config.model_config.hf_text_config})
            config = SimpleNamespace(**{**vars(config), "model_config": text})
        try:
            return tuple(
                tuple(self.state_method(path, name, method)(None, config))
                for method in ("get_mamba_state_shape_from_config", "get_mamba_state_dtype_from_config")
            )
        except AttributeError:
            return None

    def state_method(self, path, name, method):
        """A method of a model class, or of one of its module that it inherits from."""
        while method_node(path, name, method) is None:
            name = next(base for base in bases_of(path, name) if base in class_names(path))
        return function_of(path, method, self.calculators, name)

    @functools.cache
    def module_of(self, architecture):
        registry = self.source / "vllm/model_executor/models/registry.py"
        for table in ("_TEXT_GENERATION_MODELS", "_MULTIMODAL_MODELS"):
            module, name = value_of(registry, table).get(architecture, (None, None))
            if module == "vllm.models.kimi_k3":
                return self.source / "vllm/models/kimi_k3/nvidia/model.py", "KimiLinearForCausalLM"
            if module is not None and "." not in module:
                return self.source / f"vllm/model_executor/models/{module}.py", name
        return None, None


def heads_of_rank(total, tensor_parallel):
    """What the attention of every model class does, such as `LlamaAttention.__init__`."""
    if total >= tensor_parallel:
        assert total % tensor_parallel == 0, f"{total} KV heads on {tensor_parallel} ranks"
    else:
        assert tensor_parallel % total == 0, f"{total} KV heads on {tensor_parallel} ranks"
    return max(1, total // tensor_parallel)
