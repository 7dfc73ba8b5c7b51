"""Configs that a seed picks, as `save_pretrained` writes them, of every text decoder that an installed transformers has.

Arguments: how many of each `model_type`, the seed, and the types (all that generate text by default). Standard output:
`[{"modelType", "config"}]`. The first of each type is its class's default with fewer layers; the others have other
sizes, flags and `layer_types` too. A draw that the class itself refuses is drawn anew.
"""

import dataclasses
import json
import os
import random
import re
import sys

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import transformers
from transformers.models.auto import modeling_auto as auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING, CONFIG_MAPPING_NAMES

GENERATES = [
    auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES,
    auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    auto.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES,
]

# Under these names wrappers keep the config of the text model.
TEXT_PARTS = ("text_config", "thinker_config", "decoder", "llm_config", "language_config", "decoder_config", "vlm_config")

LAYERS = r"(num_hidden_layers|n_layers?|num_layers|(num_)?(en|de)coder_layers|num_decoder_layers|num_text_layers)"
HEADS = r"(num_attention_heads|n_heads?|num_heads|attention_heads|(en|de)coder_attention_heads)"
SIZES = [
    (LAYERS, lambda pick: pick.randint(2, 9)),
    (r"(num_key_value_heads|num_kv_heads|n_kv_heads|num_global_key_value_heads|swa_num_key_value_heads|.*_key_value_heads)", lambda pick: pick.choice([1, 2, 4])),
    (HEADS, lambda pick: pick.choice([4, 8, 12])),
    (r"(hidden_size|d_model|n_embd)", lambda pick: pick.choice([96, 192, 384])),
    (r"(.*head_dim|kv_channels|d_kv|attention_head_dim|attention_head_size)", lambda pick: pick.choice([16, 32, 48, 64])),
    (r"(sliding_window|window_size|sliding_window_size|attention_window_size|attention_chunk_size|.*_window)", lambda pick: pick.choice([1, 2, 7, 16, 33])),
    (r"(.*_pattern|.*_interval|.*_every_n_layers|layer_group_size|.*_layer_period|max_window_layers|.*share_factor|first_k_dense_replace)", lambda pick: pick.randint(1, 5)),
    (r"(num_kv_shared_layers|.*_layer_offset)", lambda pick: pick.randint(0, 3)),
    (r"(kv_lora_rank|q_lora_rank|.*_lora_rank)", lambda pick: pick.choice([16, 24, 40])),
    (r"(.*conv_kernel.*|.*d_conv|conv1d_width|.*conv_L_cache|.*conv_size|conv_kernel_size|short_conv_.*)", lambda pick: pick.randint(2, 5)),
    (r"(.*state_size|.*d_state|.*n_?groups|.*expand)", lambda pick: pick.choice([1, 2, 4])),
    (r"(index_topk|index_n_heads|index_num_heads)", lambda pick: pick.choice([2, 4])),
]  # fmt: skip

FLAGS = re.compile(r".*(sliding|window|bidirectional|multi_query|group|shar|architecture|k_eq_v|cla\b|mla|conv|mamba|global|parallel).*")

# Tokens beyond a smaller vocabulary are an error, and none matters here.
ATTEMPTS = 40


def main():
    count, seed, *wanted = sys.argv[1:]
    drawn = []
    for model_type in wanted or types():
        pick = random.Random(f"{seed} {model_type}")
        for number in range(int(count)):
            config = draw(model_type, pick, number == 0)
            if config is None:
                print(f"{model_type}: no config of its class in {ATTEMPTS} attempts", file=sys.stderr)
                break
            drawn.append({"modelType": model_type, "config": config})
    json.dump(drawn, sys.stdout)


def types():
    names = {name for mapping in GENERATES for name in mapping}
    return sorted(name for name in names if name in CONFIG_MAPPING_NAMES)


def draw(model_type, pick, is_default):
    for attempt in range(ATTEMPTS):
        try:
            config = make(CONFIG_MAPPING[model_type], pick, is_default and attempt < ATTEMPTS // 2)
            config.architectures = [architecture(model_type)]
            return json.loads(config.to_json_string(use_diff=True))
        except Exception as error:
            if attempt == ATTEMPTS - 1:
                print(f"{model_type}: {type(error).__name__} {str(error)[:300]}", file=sys.stderr)
    return None


def architecture(model_type):
    name = next(mapping[model_type] for mapping in GENERATES if model_type in mapping)
    return name if isinstance(name, str) else name[0]


def make(cls, pick, is_default):
    part = next((name for name in TEXT_PARTS if name in (cls.sub_configs or {})), None)
    if part is None:
        return cls(**arguments(cls, pick, is_default))
    inner = getattr(cls(), part)
    return cls(**{part: make(type(inner), pick, is_default).to_dict()})


def arguments(cls, pick, is_default):
    known = {item.name: item.default for item in dataclasses.fields(cls)}
    chosen = {}
    for name, default in known.items():
        if isinstance(default, bool):
            if not is_default and FLAGS.fullmatch(name) and pick.random() < 0.3:
                chosen[name] = not default
            continue
        rule = next((rule for pattern, rule in SIZES if re.fullmatch(pattern, name)), None)
        if rule is None or not (default is None or isinstance(default, int)):
            continue
        is_layers = re.fullmatch(LAYERS, name) is not None
        if is_layers and isinstance(default, int) and is_default:
            chosen[name] = min(default, 6)
        elif not is_default and isinstance(default, int) and pick.random() < (0.9 if is_layers else 0.5):
            chosen[name] = rule(pick)
        elif not is_default and default is None and pick.random() < 0.15:
            chosen[name] = rule(pick)
    if not is_default and "layer_types" in known and pick.random() < 0.4:
        made = cls(**chosen)
        names = sorted(set(made.layer_types or []))
        if names:
            chosen["layer_types"] = [pick.choice(names) for _ in made.layer_types]
    return chosen


if __name__ == "__main__":
    main()
