"""Prints how many numbers the weights of models hold, from their own classes in an installed transformers.

    pip install transformers==5.23.0 torch
    python tooling/transformers/parameter_counts.py packages/core/catalogue/models \
        > packages/core/test/golden/parameter-counts.json

Each class is made on PyTorch's meta device, which knows shapes and holds no data: as published for every config of the
catalogue, under its id, and for each of MODEL_TYPES with its class's sizes made small and each flag that changes the
count turned, with that config beside it. What is counted is the state dict, as a checkpoint stores it: tied tensors
once, buffers such as the bias of a router included.
"""

import json
import pathlib
import sys

import torch
import transformers
from huggingface_hub.errors import StrictDataclassError
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoModelForSeq2SeqLM,
    AutoModelForSpeechSeq2Seq,
)
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.mllama.modeling_mllama import MllamaForCausalLM

transformers.logging.set_verbosity_error()

MODEL_TYPES = """
    apertus arcee bamba bart bloom cohere cohere2 cwm dbrx deepseek_v2 deepseek_v3 deepseek_v32
    deepseek_v4 dots1 ernie4_5 ernie4_5_moe exaone4 falcon falcon_h1 falcon_mamba flex_olmo gemma gemma2 gemma3_text glm glm4 glm4_moe
    glm4_moe_lite glm_moe_dsa gpt2 gpt_bigcode gpt_neox gpt_oss gptj granite granitemoe
    granitemoehybrid granitemoeshared helium hunyuan_v1_dense hunyuan_v1_moe jamba kimi_linear lfm2
    lfm2_moe llama llama4_text longcat_flash mamba mamba2 mimo_v2_flash minimax minimax_m2
    minimax_m3_vl_text ministral3 mistral mixtral mllama_text_model mpt nemotron nemotron_h olmo olmo2 olmo3 olmoe opt phi phi3 phimoe
    qwen2 qwen2_moe qwen3 qwen3_moe qwen3_next recurrent_gemma rwkv seed_oss smollm3 stablelm starcoder2 t5
    whisper
""".split()

# Sizes that make each matrix of a class distinct, where the class has that field under its standard name.
SIZES = {
    "hidden_size": 96,
    "intermediate_size": 160,
    "moe_intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "vocab_size": 1000,
    "max_position_embeddings": 256,
    "pad_token_id": None,
}

MAMBA_2 = {"mamba_n_heads": 8, "mamba_d_head": 24, "mamba_n_groups": 2, "mamba_d_state": 16}

# Where the sizes above are not enough, or make no sense together.
OVERRIDES = {
    "deepseek_v2": {"n_routed_experts": 6, "num_experts_per_tok": 2, "first_k_dense_replace": 1},
    "deepseek_v3": {"n_routed_experts": 8, "n_group": 2, "topk_group": 1, "first_k_dense_replace": 1},
    "deepseek_v32": {"n_routed_experts": 8, "n_group": 2, "topk_group": 1, "first_k_dense_replace": 1},
    "dbrx": {
        "d_model": 96,
        "attn_config": {"kv_n_heads": 3},
        "ffn_config": {"hidden_size": 96, "ffn_hidden_size": 48, "moe_num_experts": 4, "moe_top_k": 2},
    },
    "deepseek_v4": {
        "moe_intermediate_size": 48,
        "head_dim": 32,
        "qk_rope_head_dim": 8,
        "q_lora_rank": 40,
        "o_groups": 2,
        "o_lora_rank": 24,
        "index_n_heads": 5,
        "index_head_dim": 12,
        "hc_mult": 3,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "layer_types": [
            "sliding_attention",
            "heavily_compressed_attention",
            "compressed_sparse_attention",
            "heavily_compressed_attention",
        ],
        "mlp_layer_types": ["hash_moe", "moe", "moe", "moe"],
    },
    "dots1": {
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "n_shared_experts": 2,
        "first_k_dense_replace": 1,
    },
    "falcon_mamba": {"state_size": 16, "expand": 2},
    "bamba": {**MAMBA_2, "attn_layer_indices": [1]},
    "falcon_h1": {**MAMBA_2, "mamba_d_ssm": 192},
    "gemma": {"head_dim": 32},
    "gemma2": {"head_dim": 32},
    "gemma3_text": {"head_dim": 32},
    "granitemoehybrid": {
        **MAMBA_2,
        "layer_types": ["mamba", "attention", "mamba", "mamba"],
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
    },
    "helium": {"head_dim": 16},
    "hunyuan_v1_dense": {"head_dim": 32},
    "hunyuan_v1_moe": {"head_dim": 32, "num_experts": 4, "moe_topk": 2},
    "jamba": {"mamba_d_state": 12, "num_experts": 4, "attn_layer_period": 2, "attn_layer_offset": 1},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv", "conv"]},
    "kimi_linear": {
        "num_experts": 8,
        "layer_types": ["linear_attention", "linear_attention", "linear_attention", "full_attention"],
        "linear_num_heads": 5,
        "linear_head_dim": 12,
    },
    "lfm2_moe": {
        "layer_types": ["conv", "full_attention", "conv", "conv"],
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "num_dense_layers": 1,
    },
    "llama4_text": {"head_dim": 32, "intermediate_size_mlp": 112, "moe_layers": [1, 3], "num_local_experts": 4},
    # The class makes gates for experts that compute nothing, which no checkpoint has.
    "longcat_flash": {"num_layers": 2, "n_routed_experts": 8, "zero_expert_num": 0, "moe_topk": 2},
    "mamba": {"state_size": 16, "expand": 2},
    "mamba2": {"num_heads": 8, "head_dim": 24, "n_groups": 2, "state_size": 16, "expand": 2},
    "mimo_v2_flash": {"n_routed_experts": 8, "head_dim": 24, "v_head_dim": 16},
    "minimax": {"head_dim": 32, "block_size": 8},
    "minimax_m3_vl_text": {
        "head_dim": 32,
        "num_local_experts": 4,
        "dense_intermediate_size": 112,
        "shared_intermediate_size": 40,
        "index_n_heads": 5,
        "index_head_dim": 12,
        "layer_types": ["full_attention", "minimax_m3_sparse", "minimax_m3_sparse", "full_attention"],
        "mlp_layer_types": ["dense", "sparse", "sparse", "sparse"],
    },
    "mllama_text_model": {"cross_attention_layers": [1]},
    "qwen3": {"head_dim": 32},
    "qwen3_moe": {"head_dim": 32},
    "recurrent_gemma": {"lru_width": 120},
    "rwkv": {"attention_hidden_size": 120},
    "t5": {"d_kv": 12, "d_ff": 112, "num_decoder_layers": 3, "feed_forward_proj": "gated-gelu"},
}

# What a class says of a flag that does not go with its other fields.
REFUSALS = (ValueError, TypeError, AttributeError, RuntimeError, AssertionError, StrictDataclassError)

# What cannot change a count, so that it is left out of the fixture.
IRRELEVANT = """
    _name_or_path architectures bos_token_id chunk_size_feed_forward decoder_start_token_id dtype
    eos_token_id id2label is_encoder_decoder label2id output_attentions output_hidden_states pad_token_id
    problem_type return_dict rope_parameters rope_scaling rope_theta torch_dtype transformers_version
    is_gated_act use_cache initializer_range hidden_act quantization_config auto_map add_cross_attention
""".split()


# What makes a model of these types; all others are causal language models.
FACTORIES = {
    "bart": AutoModelForSeq2SeqLM.from_config,
    "mllama_text_model": MllamaForCausalLM,
    "t5": AutoModelForSeq2SeqLM.from_config,
    "whisper": AutoModelForSpeechSeq2Seq.from_config,
}

# What changes no count, but the classes do without in no config: the catalogue leaves it out, or writes it as JSON does.
REPAIRS = {
    "dbrx": {"attn_config": {"rope_theta": 500000.0}},
    "mpt": {"embedding_fraction": 1.0},
}


def parameters(config, factory):
    with torch.device("meta"):
        model = factory(config)
    tensors = {id(tensor): tensor.numel() for tensor in model.state_dict(keep_vars=True).values()}
    return sum(tensors.values())


def repaired(config):
    repairs = REPAIRS.get(config.get("model_type"), {})
    merged = {
        name: {**config.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in repairs.items()
    }
    return {**config, **merged}


def reduced(config):
    fields = {}
    for name, value in config.items():
        # Of all fractions only this one is a size.
        is_size = name == "block_ffn_dim_multiplier"
        is_list = isinstance(value, list) and all(isinstance(item, (int, str)) for item in value)
        if name in ("attn_config", "ffn_config"):
            fields[name] = reduced(value)
        if name in IRRELEVANT or not (isinstance(value, (int, str)) or is_list or is_size):
            continue
        if isinstance(value, bool):
            continue
        fields[name] = value
    return fields


# Flan-T5's checkpoint has a head of its own, which the class ties to the embedding whatever the config says; LongCat's
# has no weights for its experts that compute nothing, for which the class makes some.
MISREAD = {"google/flan-t5-large", "meituan-longcat/LongCat-Flash-Chat"}


def published(path):
    name = f"{path.parent.name}/{path.stem}"
    config = repaired(json.loads(path.read_text())["config"])
    config.pop("quantization_config", None)
    model_type = config.get("model_type")
    is_multimodal = "text_config" in config or "vision_config" in config
    # Without its vision config, a multimodal class would make one of its own.
    lacks_vision = is_multimodal and config.get("vision_config") is None
    if name in MISREAD or model_type not in CONFIG_MAPPING or lacks_vision:
        return []
    made = CONFIG_MAPPING[model_type].from_dict(config)
    auto = AutoModelForImageTextToText if is_multimodal else AutoModelForCausalLM
    factory = FACTORIES.get(model_type, auto.from_config)
    return [{"name": name, "parameters": parameters(made, factory)}]


def variants(model_type):
    cls = CONFIG_MAPPING[model_type]
    known = cls().to_dict()
    sizes = {name: value for name, value in SIZES.items() if name in known or name in cls.attribute_map}
    sizes = repaired({**sizes, **OVERRIDES.get(model_type, {}), "model_type": model_type})
    del sizes["model_type"]
    factory = FACTORIES.get(model_type, AutoModelForCausalLM.from_config)
    made = cls(**sizes)
    described = {**reduced(made.to_dict()), "model_type": model_type}
    plain = {"name": model_type, "config": described, "parameters": parameters(made, factory)}
    cases = [plain]
    for flag, value in made.to_dict().items():
        if not isinstance(value, bool) or flag in IRRELEVANT:
            continue
        try:
            turned = cls(**sizes, **{flag: not value})
            count = parameters(turned, factory)
        except REFUSALS:
            continue
        if count != plain["parameters"]:
            name = f"{model_type} {flag}={not value}"
            cases.append({"name": name, "config": {**described, flag: not value}, "parameters": count})
    return cases


if __name__ == "__main__":
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*/*.json"))
    groups = [published(path) for path in paths]
    for model_type in MODEL_TYPES:
        try:
            groups.append(variants(model_type))
        except Exception as error:
            raise SystemExit(f"{model_type}: {error}") from error
    lines = [json.dumps(item) for group in groups for item in group]
    print("[\n" + ",\n".join(lines) + "\n]")
