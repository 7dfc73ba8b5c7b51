/**
 * The title of the teaching script's figure.
 *
 * Source: rasbt/LLMs-from-scratch, `ch04/04_gqa/plot_memory_estimates_gqa.py`, commit 28c65cd.
 */
export const SEED_TITLE = 'KV-cache vs Context Length — MHA vs GQA (multi-group)';
