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
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

transformers.logging.set_verbosity_error()

MODEL_TYPES = """
    apertus arcee bamba bloom cohere cohere2 cwm deepseek_v2 deepseek_v3 deepseek_v32 ernie4_5
    ernie4_5_moe exaone4 falcon falcon_h1 falcon_mamba flex_olmo gemma gemma2 gemma3_text glm glm4 glm4_moe
    glm4_moe_lite glm_moe_dsa gpt2 gpt_bigcode gpt_neox gpt_oss gptj granite granitemoe
    granitemoehybrid granitemoeshared helium jamba lfm2 llama mamba mamba2 minimax_m2
    ministral3 mistral mixtral nemotron nemotron_h olmo olmo2 olmo3 olmoe opt phi phi3 phimoe
    qwen2 qwen2_moe qwen3 qwen3_moe qwen3_next seed_oss smollm3 stablelm starcoder2
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
    "jamba": {"mamba_d_state": 12, "num_experts": 4, "attn_layer_period": 2, "attn_layer_offset": 1},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv", "conv"]},
    "mamba": {"state_size": 16, "expand": 2},
    "mamba2": {"num_heads": 8, "head_dim": 24, "n_groups": 2, "state_size": 16, "expand": 2},
    "qwen3": {"head_dim": 32},
    "qwen3_moe": {"head_dim": 32},
}

# What cannot change a count, so that it is left out of the fixture.
IRRELEVANT = """
    _name_or_path architectures bos_token_id chunk_size_feed_forward decoder_start_token_id dtype
    eos_token_id id2label is_encoder_decoder label2id output_attentions output_hidden_states pad_token_id
    problem_type return_dict rope_parameters rope_scaling rope_theta torch_dtype transformers_version
    use_cache initializer_range hidden_act quantization_config auto_map add_cross_attention
""".split()


def parameters(config, auto=AutoModelForCausalLM):
    with torch.device("meta"):
        model = auto.from_config(config)
    tensors = {id(tensor): tensor.numel() for tensor in model.state_dict(keep_vars=True).values()}
    return sum(tensors.values())


def reduced(config):
    fields = {}
    for name, value in config.items():
        # Of all fractions only this one is a size.
        is_size = name == "block_ffn_dim_multiplier"
        is_list = isinstance(value, list) and all(isinstance(item, (int, str)) for item in value)
        if name in IRRELEVANT or not (isinstance(value, (int, str)) or is_list or is_size):
            continue
        if isinstance(value, bool):
            continue
        fields[name] = value
    return fields


def published(path):
    config = json.loads(path.read_text())["config"]
    config.pop("quantization_config", None)
    model_type = config.get("model_type")
    is_multimodal = "text_config" in config
    # Without its vision config, a multimodal class would make one of its own.
    if model_type not in CONFIG_MAPPING or (is_multimodal and config.get("vision_config") is None):
        return []
    made = CONFIG_MAPPING[model_type].from_dict(config)
    auto = AutoModelForImageTextToText if is_multimodal else AutoModelForCausalLM
    return [{"name": f"{path.parent.name}/{path.stem}", "parameters": parameters(made, auto)}]


def variants(model_type):
    cls = CONFIG_MAPPING[model_type]
    known = cls().to_dict()
    sizes = {name: value for name, value in SIZES.items() if name in known or name in cls.attribute_map}
    sizes.update(OVERRIDES.get(model_type, {}))
    made = cls(**sizes)
    described = {**reduced(made.to_dict()), "model_type": model_type}
    plain = {"name": model_type, "config": described, "parameters": parameters(made)}
    cases = [plain]
    for flag, value in made.to_dict().items():
        if not isinstance(value, bool) or flag in IRRELEVANT:
            continue
        try:
            turned = cls(**sizes, **{flag: not value})
            count = parameters(turned)
        except (ValueError, TypeError, AttributeError, RuntimeError, AssertionError):
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
