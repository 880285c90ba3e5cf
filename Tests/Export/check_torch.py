#!/usr/bin/env python3
"""Holds the Python program of exported folders against what aanet said of the same images.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch safetensors numpy onnx
    /tmp/torch/bin/python Tests/Export/check_torch.py FOLDER...

Below the folders, beside a folder torch/ (`aanet export RUN --to torch/`) lie examples of the same run
(`aanet export RUN --to model.onnx --examples IMAGES`); they are held as check_onnx.py holds them. CI has no PyTorch, which is
larger than all of its other tools.
"""
import importlib.util

import torch

import examples


def program(file):
    spec = importlib.util.spec_from_file_location("model", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(file):
    """What is wrong with a program, and its largest difference."""
    model = program(file)

    def describe(inputs):
        given = {name: torch.from_numpy(value.copy()) for name, value in inputs.items()}
        return {name: value.numpy() for name, value in model.describe(**given).items()}

    beside = file.parent.parent
    faults, worst = examples.compare(beside, describe)
    # What the first convolution is given is the image as the network sees it.
    place, step = next((n, s) for n, s in enumerate(model.graph["steps"]) if s["calls"] == "conv2d")
    image = step["with"][0]
    model.graph = {"steps": model.graph["steps"][:place], "outputs": [image]}
    return faults + examples.compare_loading(beside, lambda pixels: describe({"image": pixels})[image]), worst


if __name__ == "__main__":
    examples.hold("model.py", check)
