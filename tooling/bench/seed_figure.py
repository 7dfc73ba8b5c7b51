"""The teaching script's figure as matplotlib draws it, for a comparison of times."""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HEADS, HEAD_DIM, LAYERS, BYTES = 24, 86, 48, 2
LENGTHS = [256 * 2**power for power in range(10)]

plt.figure()
for groups in (1, 4, 8, 12, 24):
    token = 2 * (HEADS // groups) * HEAD_DIM * LAYERS * BYTES
    plt.plot(LENGTHS, [length * token / 1e9 for length in LENGTHS], marker="o", label=f"n_kv_groups={groups}")
plt.xscale("log")
plt.xlabel("context_length (log scale)")
plt.ylabel("Total KV cache (GB)")
plt.grid(True, which="both")
plt.legend()
plt.tight_layout()
plt.savefig(sys.argv[1])
