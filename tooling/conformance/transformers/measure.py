"""Bytes that the caches of an installed transformers hold, for models built from their published configs.

Standard input: `[{"config": {...}, "cases": [{"contextLength", "numSequences", "encoderTokens", "settings"}]}]`, settings
as the golden file has them. Standard output: for each model a list, with the bytes of each case or what went wrong.

The models have all their layers at full size, on torch's meta device: every tensor has its shape, dtype and storage, but
no memory. The forward pass is the model's own. Quantizing needs real numbers, so quantized caches are given tensors of
the shapes that the model's own forward pass cached.
"""

import importlib
import json
import os
import re
import sys
import time

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import torch.fx.experimental._config
import transformers
from huggingface_hub.errors import StrictDataclassFieldValidationError
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSpeechSeq2Seq
from transformers.cache_utils import DynamicCache, EncoderDecoderCache, QuantizedCache, StaticCache
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

# Experts that a router chooses depend on numbers, which meta tensors do not have: all of them are taken.
torch.fx.experimental._config.meta_nonzero_assume_all_nonzero = True
torch.manual_seed(0)

# Models that bring a cache of their own, for which `generate` ignores the cache implementation.
OWN_CACHE = {"minimax", "rwkv"}

# Feed-forward parts that decide by numbers how to go on; they cache nothing, so what they do is left out.
LEFT_OUT = {"LongcatFlashMoE"}


class UnknownModelType(Exception):
    """Transformers has no code of its own for the model."""


class IgnoredCacheImplementation(Exception):
    """The model brings a cache of its own (`_supports_default_dynamic_cache`)."""


def main():
    models = json.load(sys.stdin)
    answers = []
    for number, model in enumerate(models):
        start = time.time()
        answers.append(answer(model))
        name = model["config"].get("model_type")
        print(f"{number + 1}/{len(models)} {name} {time.time() - start:.1f} s", file=sys.stderr)
    json.dump(answers, sys.stdout)


def answer(model):
    try:
        built = build(model["config"])
    except Exception as error:
        return [{"error": describe(error)} for _ in model["cases"]]
    answers = []
    for case in model["cases"]:
        try:
            answers.append({"bytes": held_bytes(measure(*built, case))})
        except Exception as error:
            answers.append({"error": describe(error)})
    return answers


def describe(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def build(published):
    config = config_of(published)
    if not config.is_encoder_decoder:
        config = config.get_text_config(decoder=True)
    config._attn_implementation = "eager"
    config.quantization_config = None
    if config.is_encoder_decoder:
        classes = [AutoModelForSeq2SeqLM, AutoModelForSpeechSeq2Seq]
    elif config.model_type == "mllama_text_model":
        classes = [transformers.MllamaForCausalLM]
    else:
        classes = [AutoModelForCausalLM, AutoModel]
    with torch.device("meta"):
        model = first_that_knows(classes, config)
    if hasattr(model, "set_experts_implementation"):
        model.set_experts_implementation("batched_mm")
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child).__name__ in LEFT_OUT:
                setattr(module, name, torch.nn.Identity())
    return config, model.eval()


def config_of(published):
    """JSON that passed through JavaScript says 7 where a config class insists on 7.0."""
    if published["model_type"] not in CONFIG_MAPPING:
        raise UnknownModelType(published["model_type"])
    while True:
        try:
            return CONFIG_MAPPING[published["model_type"]].from_dict(published)
        except StrictDataclassFieldValidationError as error:
            name = re.search(r"field '(\w+)'", str(error))[1]
            changed = with_floats(published, name)
            if repr(changed) == repr(published):
                raise
            published = changed


def with_floats(published, name):
    def floats(value):
        if isinstance(value, list):
            return [floats(item) for item in value]
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    return {
        key: floats(value) if key == name else with_floats(value, name) if isinstance(value, dict) else value
        for key, value in published.items()
    }


def first_that_knows(classes, config):
    for cls in classes:
        try:
            make = getattr(cls, "from_config", None) or cls._from_config
            return make(config, dtype=torch.bfloat16)
        except ValueError as error:
            if not re.match("Unrecognized configuration class|Could not find", str(error)):
                raise
    return text_model_beside(config)._from_config(config, dtype=torch.bfloat16)


def text_model_beside(config):
    """The class that a multimodal wrapper makes its text model of, which no auto class knows."""
    module = type(config).__module__
    modeling = importlib.import_module(module.replace("configuration_", "modeling_"))
    found = [
        cls
        for cls in vars(modeling).values()
        if isinstance(cls, type)
        and issubclass(cls, transformers.PreTrainedModel)
        and getattr(cls, "config_class", None) is type(config)
        and not cls.__name__.endswith("PreTrainedModel")
    ]
    if not found:
        raise UnknownModelType(config.model_type)
    return min(found, key=lambda cls: (not cls.__name__.endswith("ForCausalLM"), cls.__name__))


def measure(config, model, case):
    settings = case["settings"]
    implementation = settings.get("cacheImplementation", "dynamic")
    if config.model_type in OWN_CACHE and implementation != "dynamic":
        raise IgnoredCacheImplementation(implementation)
    if implementation == "quantized":
        return quantized(config, model, case)
    cache = None
    if config.model_type not in OWN_CACHE:
        cache = make_cache(config, case)
    steps = [case["contextLength"]]
    if not settings.get("afterPrefill") and case["contextLength"] > 1:
        steps = [case["contextLength"] - 1, 1]
    return run(config, model, cache, case, steps)


def make_cache(config, case):
    text = config.get_text_config(decoder=True)
    if case["settings"].get("cacheImplementation", "dynamic") == "static":
        room = max(case["contextLength"], case["settings"].get("maxCacheLen", 0))
        cache = StaticCache(config=text, max_cache_len=room)
        other = StaticCache(config=text, max_cache_len=case.get("encoderTokens", 1))
    else:
        cache, other = DynamicCache(config=text), DynamicCache(config=text)
    return EncoderDecoderCache(cache, other) if config.is_encoder_decoder else cache


def run(config, model, cache, case, steps):
    """Reads as many tokens as each step says; what the model keeps for the next one."""
    name = "cache" if version() >= (5, 24) else "past_key_values"
    batch, kept = case["numSequences"], [cache]
    for module in model.modules():
        for attribute in ("conv1d_state", "recurrent_states"):
            if hasattr(module, attribute):
                setattr(module, attribute, None)
    state = {}
    read = 0
    for count in steps:
        tokens = torch.zeros((batch, count), dtype=torch.long, device="meta")
        arguments = {"use_cache": True, **state}
        if config.is_encoder_decoder:
            shape = (batch, case["encoderTokens"], config.d_model)
            hidden = torch.zeros(shape, dtype=torch.bfloat16, device="meta")
            arguments |= {"decoder_input_ids": tokens, "encoder_outputs": BaseModelOutput(hidden), name: cache}
        else:
            arguments["input_ids"] = tokens
            if cache is not None:
                arguments[name] = cache
        if config.model_type == "mllama_text_model" and read == 0:
            shape = (batch, case["encoderTokens"], config.hidden_size)
            arguments["cross_attention_states"] = torch.zeros(shape, dtype=torch.bfloat16, device="meta")
        with torch.no_grad():
            output = model(**arguments)
        read += count
        if config.model_type == "rwkv":
            state = {"state": output.state}
        elif cache is None:
            cache = output[name]
        kept = [cache, state]
    modules = [
        getattr(module, attribute)
        for module in model.modules()
        for attribute in ("conv1d_state", "recurrent_states")
        if hasattr(module, attribute)
    ]
    return [*kept, modules]


def quantized(config, model, case):
    settings, length = case["settings"], case["contextLength"]
    shapes = [
        (layer.keys.shape, layer.values.shape)
        for layer in run(config, model, make_cache(config, case | {"settings": {}}), case, [1])[0].layers
    ]
    names = {"nbits": "nbits", "q_group_size": "qGroupSize", "residual_length": "residualLength"}
    given = {name: settings[key] for name, key in names.items() if key in settings}
    backend = settings.get("backend", "quanto")
    cache = QuantizedCache(backend=backend, config=config.get_text_config(decoder=True), **given)
    waiting = 0
    if backend != "fp8" and not settings.get("afterPrefill"):
        waiting = min(settings.get("residualLength", 128), length) - 1
    for count in [length - waiting, *[1] * waiting]:
        for index, (keys, values) in enumerate(shapes):
            cache.update(random_states(keys, count), random_states(values, count), index)
    return cache


def random_states(shape, count):
    batch, heads, _, size = shape
    return torch.randn((batch, heads, count, size), dtype=torch.bfloat16)


def held_bytes(kept):
    """Bytes of the storages behind all tensors that an object holds, each once; counters do not count."""
    storages = {}
    seen = []

    def visit(thing):
        if thing is None or isinstance(thing, (str, int, float, bool, torch.dtype, torch.device, torch.Size, type)):
            return
        if any(thing is other for other in seen):
            return
        seen.append(thing)
        if isinstance(thing, torch.Tensor):
            inner, _ = thing.__tensor_flatten__() if hasattr(thing, "__tensor_flatten__") else ([], None)
            if inner:
                for name in inner:
                    visit(getattr(thing, name))
            elif thing.is_floating_point() or thing.numel() > 1:
                storage = thing.untyped_storage()
                storages[storage._cdata] = storage
        elif isinstance(thing, dict):
            for value in thing.values():
                visit(value)
        elif isinstance(thing, (list, tuple)):
            for value in thing:
                visit(value)
        elif type(thing).__module__.startswith("transformers") and hasattr(thing, "__dict__"):
            if not isinstance(thing, transformers.PreTrainedConfig):
                visit(vars(thing))

    visit(kept)
    return sum(storage.nbytes() for storage in storages.values())


def version():
    return tuple(int(part) for part in transformers.__version__.split(".")[:2])


main()
