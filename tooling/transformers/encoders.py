"""Prints packages/core/src/import/encoders.ts from the source of transformers, which need not be installed.

    pip download --no-deps --no-binary :all: transformers==5.24.0 && tar xzf transformers-5.24.0.tar.gz
    python tooling/transformers/encoders.py transformers-5.24.0 > encoders.ts
    mv encoders.ts packages/core/src/import/ && pnpm exec biome check --write packages/core/src/import/encoders.ts

A model type keeps a cache where a class of its config, or one that such a class makes or inherits from, makes a cache or
can generate. Where the model itself asks `config.is_decoder` before, it keeps one only with that.
"""

import ast
import re
import sys
from functools import lru_cache
from pathlib import Path

ROOT = Path(sys.argv[1])
MODELS = ROOT / "src" / "transformers" / "models"
VERSION = re.search(r"(\d+\.\d+\.\d+)", ROOT.name).group(1)

CACHES = re.compile(r"\w*Cache\(|\w*GenerationMixin|cache_params|\bmems\b")
WRAPS = re.compile(r"\bAutoModel\w*")
ASKS = re.compile(r"if (not )?self\.config\.is_decoder")
# Parts of decoders, which keep the cache of the whole.
PARTS = {"blt_global_transformer", "blt_local_encoder", "granite4_vision_text", "t5_gemma_module"}
# Encoders that ask too, though none of their classes is a masked language model.
NOT_MASKED = {"bert-generation", "bridgetower_text_model"}
# Its encoder makes a cache where it is told to, which its model never does.
NEVER_TOLD = {"tapas"}
# Auto classes whose models generate tokens.
GENERATES = re.compile(r"CAUSAL_LM|SEQ_TO_SEQ|IMAGE_TEXT_TO_TEXT|MULTIMODAL_LM|SPEECH_SEQ_2_SEQ|TEXT_TO_WAVEFORM")


def tables(path):
    """The ordered dicts of literals in a module, by name."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "OrderedDict" and value.args:
            name = (node.targets[0] if isinstance(node, ast.Assign) else node.target).id
            pairs = [item for item in value.args[0].elts if isinstance(item, ast.Tuple)]
            found[name] = dict(ast.literal_eval(pair) for pair in pairs)
    return found


AUTO = tables(MODELS / "auto" / "modeling_auto.py")
CONFIGS = tables(MODELS / "auto" / "auto_mappings.py")


@lru_cache(None)
def classes(folder):
    """Source, bases and config class of each class in a folder's modeling files."""
    found = {}
    for path in sorted((MODELS / folder).glob("modeling_*.py")):
        source = path.read_text()
        for node in ast.parse(source).body:
            if not isinstance(node, ast.ClassDef):
                continue
            configs = [ast.unparse(x.annotation) for x in node.body if isinstance(x, ast.AnnAssign) and x.target.id == "config"]
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    configs += [ast.unparse(a.annotation) for a in method.args.args if a.arg == "config" and a.annotation]
            text = re.sub(r'"""[\s\S]*?"""', "", ast.get_source_segment(source, node))
            found[node.name] = (text, [ast.unparse(base) for base in node.bases], configs)
    return found


def config_of(found, name):
    while name in found:
        _, bases, configs = found[name]
        if configs:
            return configs[0].strip("\"'")
        name = next((base for base in bases if base in found), None)
    return None


COUNTS = ("num_hidden_layers", "num_layers", "n_layers", "n_layer", "encoder_layers", "depth", "depths")


def layers_of(model_type, config_class):
    """How many layers a config has by default; 0 where its class has no such field."""
    folder = CONFIGS["SPECIAL_MODEL_TYPE_TO_MODULE_NAME"].get(model_type, model_type.replace("-", "_"))
    nodes = {node.name: node for path in (MODELS / folder).glob("configuration_*.py")
             for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}
    name = config_class
    while name in nodes:
        stated = {x.target.id: x.value for x in nodes[name].body if isinstance(x, ast.AnnAssign) and x.value}
        for key in COUNTS:
            if isinstance(stated.get(key), (ast.Constant, ast.Tuple, ast.List)):
                value = ast.literal_eval(stated[key])
                count = sum(value) if isinstance(value, (tuple, list)) else value
                if isinstance(count, int):
                    return count
        name = next((base.id for base in nodes[name].bases if isinstance(base, ast.Name) and base.id in nodes), None)
    return 0


def kind_of(model_type, config_class):
    folder = CONFIGS["SPECIAL_MODEL_TYPE_TO_MODULE_NAME"].get(model_type, model_type.replace("-", "_"))
    found = classes(folder)
    mapped = {name for table in AUTO.values() for key, names in table.items() if key == model_type
              for name in (names if isinstance(names, (tuple, list)) else [names])}
    own = {name for name in found if name in mapped or config_of(found, name) == config_class}
    if not own:
        return "unknown"
    reached, waiting = set(own), list(own)
    while waiting:
        text, bases, _ = found[waiting.pop()]
        for name in (set(re.findall(r"\b(\w+)\(", text)) | set(bases)) & set(found) - reached:
            reached.add(name)
            waiting.append(name)
    texts = [found[name][0] for name in reached]
    if any(ASKS.search(found[name][0]) and "use_cache" in found[name][0] for name in own):
        return "asks"
    if any(CACHES.search(text) for text in texts):
        return "caches"
    return "wraps" if any(WRAPS.search(text) for text in texts) else "never"


kinds = {model_type: kind_of(model_type, name) for model_type, name in CONFIGS["CONFIG_MAPPING_NAMES"].items()}
generating = {t for name, table in AUTO.items() if GENERATES.search(name) for t in table}
left_out = generating | PARTS | {t for t in kinds if t.endswith("_decoder")}
never = sorted(t for t, kind in kinds.items() if t in NEVER_TOLD or (kind == "never" and t not in left_out))
masked = set(AUTO["MODEL_FOR_MASKED_LM_MAPPING_NAMES"])
asking = sorted(t for t, kind in kinds.items() if kind == "asks" and (t in masked or t in NOT_MASKED))

names = CONFIGS["CONFIG_MAPPING_NAMES"]


def table(types):
    key = lambda t: t if t.isidentifier() else f"'{t}'"
    return "\n".join(f"  {key(t)}: {layers_of(t, names[t])}," for t in types)


print(f"""// Generated by tooling/transformers/encoders.py from huggingface/transformers {VERSION}; do not edit.

/**
 * Model types none of whose classes makes a cache or can generate, encoders of text, images and sound: how many layers a
 * config has that does not say it, 0 where its class has no such number.
 */
export const ENCODERS: Readonly<Record<string, number>> = {{
{table(never)}
}};

/** The same of model types whose classes make a cache only where the config's `is_decoder` is true. */
export const ENCODERS_UNLESS_DECODER: Readonly<Record<string, number>> = {{
{table(asking)}
}};""")
