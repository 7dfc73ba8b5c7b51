"""What SGLang's own code takes where nothing is said: the functions of a release that size its defaults, executed as they
are, on a server of plain values.

Stdin: {"source": folder of the release, "cases": [...]}; stdout: one answer a case, in their order.
"""

import ast
import copy
import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

QUESTION = json.load(sys.stdin)
ROOT = Path(QUESTION["source"]) / "sglang/srt"


class Absent:
    """Stands for whatever the functions name but do not need: false, called or not."""

    def __getattr__(self, _name):
        return self

    def __call__(self, *_, **__):
        return self

    def __bool__(self):
        return False

    def __iter__(self):
        return iter(())

    def __eq__(self, other):
        return False

    def __hash__(self):
        return 0


class Names(dict):
    def __missing__(self, name):
        if name in __builtins__.__dict__:
            raise KeyError(name)
        return Absent()


class Server(SimpleNamespace):
    """Server arguments: what a case says, None for all other fields."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return METHODS[name].__get__(self) if name in METHODS else NOT_SET.get(name)

    def get_model_config(self):
        return self.model

    def get_hf_config(self):
        return self.model.hf_config

    def use_mla_backend(self):
        return self.model.latent

    def _resolved(self):
        return self

    def post_capture_kv_sizing_planned(self):
        return False


# Fields that are not None where nothing is said.
NOT_SET = {
    "disaggregation_mode": "null",
    "device": "cuda",
    "attn_cp_size": 1,
    "dcp_size": 1,
    "moe_a2a_backend": "none",
    "load_format": "auto",
    "cpu_offload_gb": 0,
    "json_model_override_args": "{}",
    "_cuda_graph_config_locked": set(),
}
METHODS = {}

# Sizes of fields that are numbers in some releases and None in others.
for node in ast.walk(ast.parse((ROOT / "server_args.py").read_text())):
    if (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == "piecewise_cuda_graph_max_tokens"
        and isinstance(node.value, ast.Constant)
    ):
        NOT_SET[node.target.id] = node.value.value


def functions_in(path, names):
    """Functions and methods of a file, by name."""
    if not path.exists():
        return {}
    return {
        node.name: node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name in names
    }


def constants_in(path, names):
    found = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names:
            found[node.targets[0].id] = [leaf.value for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant)]
    return found


class WithoutImports(ast.NodeTransformer):
    def visit_Import(self, _node):
        return ast.Pass()

    def visit_ImportFrom(self, _node):
        return ast.Pass()


def compiled(function):
    """The function itself, without its imports, which bring nothing that it is not given."""
    function.decorator_list = []
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    module = ast.fix_missing_locations(ast.Module([WithoutImports().visit(function)], []))
    return compile(module, function.name, "exec")


LISTS = constants_in(
    ROOT / "configs/model_config.py",
    {
        "multimodal_model_archs",
        "mm_disabled_models",
        "piecewise_cuda_graph_disabled_model_archs",
        "multimodal_piecewise_cuda_graph_supported_model_archs",
        "multimodal_breakable_cuda_graph_supported_model_archs",
    },
)
CONFIG_TEXT = (ROOT / "configs/model_config.py").read_text()


KNOWN_TEXTS = [
    path.read_text()
    for name in ("server_args.py", "arg_groups/speculative_hook.py", "speculative/spec_info.py")
    for path in ROOT.glob(name)
]


def check_known(case):
    """Architectures and algorithms that the release does not have, it says nothing about."""
    if case["wrapper"] and case["architecture"] not in LISTS["multimodal_model_archs"]:
        raise ValueError("no such architecture")
    algorithm = case["speculative_algorithm"]
    if algorithm is not None and not any(f'"{algorithm}"' in text or f"{algorithm} = " in text for text in KNOWN_TEXTS):
        raise ValueError("no such algorithm")


def model_of(case):
    architecture = case["architecture"]
    among = lambda name: architecture in LISTS.get(name, [])
    has_wrapper = case["wrapper"] and "has_multimodal_subconfig" in CONFIG_TEXT
    vision = case["vision"]
    hf_config = SimpleNamespace(
        architectures=[architecture],
        vision_config=None if vision is None else SimpleNamespace(**vision),
        kda=case["kda"],
        sparse=case["sparse"],
    )
    return SimpleNamespace(
        hf_config=hf_config,
        latent=case["latent"],
        is_multimodal=not among("mm_disabled_models") and (among("multimodal_model_archs") or has_wrapper),
        is_piecewise_cuda_graph_disabled_model=among("piecewise_cuda_graph_disabled_model_archs"),
        is_multimodal_piecewise_cuda_graph_supported=among("multimodal_piecewise_cuda_graph_supported_model_archs"),
        is_multimodal_breakable_cuda_graph_supported=among("multimodal_breakable_cuda_graph_supported_model_archs"),
        context_len=4096,
    )


def declare(server, _reason, **values):
    server.__dict__.update(values)


def names_of(case):
    backends = SimpleNamespace(
        DISABLED="disabled", TC_PIECEWISE="tc_piecewise", BREAKABLE="breakable", FULL="full"
    )
    off = lambda *_: False
    names = Names(
        __builtins__=__builtins__,
        copy=copy,
        Backend=backends,
        Phase=SimpleNamespace(DECODE="decode", PREFILL="prefill"),
        resolving_view=lambda server: server,
        resolved_view=lambda server: server,
        _resolved_view=lambda server: server,
        declare_resolution=declare,
        model_config_of=lambda server: server.model,
        use_mla_backend=lambda server: server.model.latent,
        attn_dp_enabled_of=lambda server: server.attn_dp_size > 1,
        get_device_memory_capacity=lambda *_: case["mib"],
        get_platform=lambda: SimpleNamespace(is_xpu=False, is_cuda=True),
        post_capture_kv_sizing_planned=off,
        is_deepseek_v4=off,
        is_deepseek_dsa=lambda config: config.sparse,
        is_nemotron_h=lambda config: config.architectures[0].startswith("NemotronH"),
        uses_kda_attention=lambda config: config.kda,
        supports_prefill_cp_bcg=off,
        attention_backends_of=lambda _server: ("fa3", "fa3"),
        check_gguf_file=off,
        is_cuda=lambda: True,
        with_phase=with_phase,
        expand_multimodal_decode_graph_to_running_limit=lambda *_: None,
        _DEFAULT_PP_PREFILL_CUDA_GRAPH_MAX_TOKENS=8192,
        ModelConfig=SimpleNamespace(from_server_args=lambda server: server.model),
        json=json,
        os=SimpleNamespace(path=SimpleNamespace(join=lambda *parts: "/".join(parts), exists=lambda _path: True)),
        open=lambda _path: io.StringIO(json.dumps({"architectures": [case["architecture"]]})),
        get_config=lambda *_, **__: SimpleNamespace(architectures=[case["architecture"]]),
    )
    for name in ("is_hip", "is_npu", "is_cpu", "is_mps", "is_xpu"):
        names[name] = off
    return names


def with_phase(config, phase, **changes):
    config = copy.deepcopy(config)
    getattr(config, phase).__dict__.update(changes)
    return config


SIZES = {
    "_handle_gpu_memory_settings",
    "handle_gpu_memory_settings",
    "reserve_for_graph_mb",
    "reserve_for_deepep_a2a_mb",
    "adjust_mem_fraction_for_vlm",
    "_generate_cuda_graph_batch_sizes",
    "_generate_piecewise_cuda_graph_tokens",
    "_generate_prefill_cuda_graph_batch_sizes",
    "_generate_decode_cuda_graph_batch_sizes",
    "generate_prefill_cuda_graph_batch_sizes",
    "generate_decode_cuda_graph_batch_sizes",
    "_handle_piecewise_cuda_graph",
    "_apply_cuda_graph_compatibility",
    "apply_cuda_graph_compatibility",
    "_disable_tc_piecewise_cudagraph_if_incompatible",
    "disable_tc_piecewise_cudagraph_if_incompatible",
    "_disable_breakable_cudagraph_if_incompatible",
    "disable_breakable_cudagraph_if_incompatible",
    "_resolved_attention_backends",
    "auto_choose_speculative_params",
    "_auto_choose_speculative_params",
}
FUNCTIONS = functions_in(ROOT / "server_args.py", SIZES)
for file in ("memory_hook", "cuda_graph_hook", "speculative_hook"):
    FUNCTIONS |= functions_in(ROOT / f"arg_groups/{file}.py", SIZES)
POST_INIT = functions_in(ROOT / "server_args.py", {"__post_init__"})["__post_init__"]


def settings_of_post_init():
    """Before 0.5.3 the defaults stand in `__post_init__`: the statements of it that set them."""
    wanted = re.compile(r"if self\.(mem_fraction_static|chunked_prefill_size|cuda_graph_max_bs) is None")
    statements = [node for node in POST_INIT.body if isinstance(node, ast.If) and wanted.match(ast.unparse(node))]
    arguments = ast.arguments([], [ast.arg("self"), ast.arg("gpu_mem")], None, [], [], None, [])
    return ast.FunctionDef("settings_of_post_init", arguments, statements or [ast.Pass()], [])


FUNCTIONS["settings_of_post_init"] = settings_of_post_init()
CODE = {name: compiled(function) for name, function in FUNCTIONS.items()}


def prefill_backend():
    path = ROOT / "model_executor/cuda_graph_config.py"
    if not path.exists():
        return None
    found = functions_in(path, {"default_prefill_backend"})
    return "breakable" if found else "tc_piecewise"


def answer(case):
    check_known(case)
    names = names_of(case)
    for code in CODE.values():
        exec(code, names)
    made = {name: names[name] for name in CODE}
    METHODS.clear()
    METHODS.update(made)
    backend = prefill_backend()
    phases = SimpleNamespace(
        decode=SimpleNamespace(backend="disabled" if case["disable_cuda_graph"] else "full", max_bs=case["cuda_graph_max_bs"], bs=None),
        prefill=SimpleNamespace(backend="disabled" if case["disable_cuda_graph"] else backend, max_bs=None, bs=None),
    )
    server = Server(
        model=model_of(case),
        model_path="model",
        tp_size=case["tp_size"],
        pp_size=case["pp_size"],
        dp_size=case["dp_size"],
        attn_dp_size=case["dp_size"] if case["enable_dp_attention"] else 1,
        enable_dp_attention=case["enable_dp_attention"],
        chunked_prefill_size=case["chunked_prefill_size"],
        cuda_graph_max_bs=case["cuda_graph_max_bs"],
        disable_cuda_graph=case["disable_cuda_graph"],
        max_running_requests=case["max_running_requests"],
        context_length=case["context_length"],
        speculative_algorithm=case["speculative_algorithm"],
        mem_fraction_static=None,
        cuda_graph_config=phases,
    )
    if "_handle_piecewise_cuda_graph" in made:
        made["_handle_piecewise_cuda_graph"](server)
    for name in ("_apply_cuda_graph_compatibility", "apply_cuda_graph_compatibility"):
        if name in made and not case["disable_cuda_graph"]:
            made[name](server)
    if "handle_gpu_memory_settings" in made:
        arguments = made["handle_gpu_memory_settings"].__code__.co_argcount
        made["handle_gpu_memory_settings"](*[server, case["mib"]][:arguments])
    elif "_handle_gpu_memory_settings" in made:
        made["_handle_gpu_memory_settings"](server, case["mib"])
    else:
        made["settings_of_post_init"](server, case["mib"])
    config = server.cuda_graph_config
    decode = config.decode.max_bs if backend is not None else server.cuda_graph_max_bs
    result = {
        "memFraction": server.mem_fraction_static,
        "chunkedPrefillSize": server.chunked_prefill_size,
        "decodeGraphBatch": decode,
    }
    if case["speculative_algorithm"] not in (None, "NGRAM"):
        choose = made.get("auto_choose_speculative_params")
        if choose is not None:
            takes_architecture = choose.__code__.co_varnames[0] == "arch"
            result["speculation"] = choose(case["architecture"] if takes_architecture else server)
        else:
            result["speculation"] = made["_auto_choose_speculative_params"](server, case["architecture"])
    return result


answers = []
for one in QUESTION["cases"]:
    try:
        answers.append(answer(one))
    except Exception as error:
        answers.append({"error": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
