#!/usr/bin/env python3
"""Holds the Python program of exported folders against what aanet said of the same images.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch safetensors numpy onnx
    /tmp/torch/bin/python Tests/Export/check_torch.py FOLDER...

Below the folders, beside a folder torch/ (`aanet export RUN --to torch/`) lie examples of the same run
(`aanet export RUN --to model.onnx --examples IMAGES`). CI has no PyTorch, which is larger than all of its other tools.
"""
import importlib.util, pathlib, sys

import numpy as np
import torch

from check_onnx import TOLERANCE, distance, tensors


def program(file):
    spec = importlib.util.spec_from_file_location("model", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given(model, value):
    """What an example has channels last, channels first and normalised."""
    value = torch.from_numpy(np.array(value))
    if value.dtype == torch.uint8:
        size = model.config["size"]
        model.config["size"] = list(value.shape[1:3])
        value, model.config["size"] = model.load(value), size
        return value
    return value.permute(0, 3, 1, 2)


def main():
    folders = sorted(f.parent for folder in sys.argv[1:] for f in pathlib.Path(folder).rglob("model.py"))
    if not folders:
        sys.exit("no model.py below " + " ".join(sys.argv[1:]))
    wrong, worst, longest = 0, 0.0, 0
    for folder in folders:
        try:
            model = program(folder / "model.py")
            longest = max(longest, len((folder / "model.py").read_text().splitlines()))
            for example in sorted(folder.parent.glob("test_data_set_*")):
                inputs = tensors(example, "input")
                image = model.load(torch.from_numpy(np.array(inputs.pop("image"))))
                found = model.describe(image, {name: given(model, value) for name, value in inputs.items()})
                off = distance(found.numpy(), tensors(example, "output")["descriptor"])
                if isinstance(off, str) or not off <= TOLERANCE:
                    raise ValueError(f"the descriptor differs by {off}")
                worst = max(worst, off)
        except Exception as error:
            wrong += 1
            print(f"{folder}: {type(error).__name__}: {error}")
    print(f"{len(folders)} folders, {wrong} wrong; the largest difference {worst:.1e} of the largest magnitude; the longest "
          f"program has {longest} lines")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
