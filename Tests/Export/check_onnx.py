#!/usr/bin/env python3
"""Holds exported models against what aanet said of the same images.

    python3 -m venv /tmp/onnx && /tmp/onnx/bin/pip install onnx onnxruntime numpy
    /tmp/onnx/bin/python Tests/Export/check_onnx.py FOLDER...

Every model.onnx below the folders passes onnx.checker with shapes inferred strictly, and is run by ONNX Runtime on the
examples beside it (`aanet export --examples`): whole numbers must be equal, all others within 1e-4 of the largest, and each
image must be given the same class of every attribute.
"""
import pathlib, sys, time

import numpy as np
import onnx
from onnx import numpy_helper

TOLERANCE = 1e-4


def tensor(file):
    message = onnx.TensorProto()
    message.ParseFromString(file.read_bytes())
    return message.name, numpy_helper.to_array(message)


def tensors(folder, kind):
    files = sorted(folder.glob(f"{kind}_*.pb"), key=lambda f: int(f.stem.split("_")[1]))
    return dict(tensor(f) for f in files)


def distance(found, wanted):
    """The largest difference, as a share of the largest magnitude."""
    if found.shape != wanted.shape:
        return f"the shape {found.shape}, not {wanted.shape}"
    if wanted.dtype.kind != "f":
        return 0.0 if np.array_equal(found, wanted) else f"{found.tolist()}, not {wanted.tolist()}"
    if wanted.size == 0:
        return 0.0
    return float(np.abs(found.astype(np.float64) - wanted).max() / max(np.abs(wanted).max(), 1e-12))


def check(file):
    """What is wrong with a model, and its largest difference."""
    import onnxruntime  # check_torch.py reads examples without it

    faults, worst = [], 0.0
    onnx.checker.check_model(str(file), full_check=True)
    model = onnx.load(str(file))
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    sets = sorted(file.parent.glob("test_data_set_*"))
    if not sets:
        faults.append("no examples beside it")
    for folder in sets:
        wanted = tensors(folder, "output")
        if set(wanted) != set(names):
            faults.append(f"{folder.name}: examples of {sorted(wanted)}, outputs {names}")
        found = dict(zip(names, session.run(names, tensors(folder, "input"))))
        for name in wanted.keys() & found.keys():
            off = distance(found[name], wanted[name])
            if isinstance(off, str) or not off <= TOLERANCE:
                faults.append(f"{folder.name}: {name}: {off}")
            else:
                worst = max(worst, off)
            if name.startswith("attribute_") and not np.array_equal(found[name].argmax(1), wanted[name].argmax(1)):
                faults.append(f"{folder.name}: {name}: another class")
    return faults, worst


def main():
    files = sorted(f for folder in sys.argv[1:] for f in pathlib.Path(folder).rglob("model.onnx"))
    if not files:
        sys.exit("no model.onnx below " + " ".join(sys.argv[1:]))
    start, wrong, worst = time.time(), 0, 0.0
    for file in files:
        try:
            faults, off = check(file)
        except Exception as error:
            faults, off = [f"{type(error).__name__}: {error}"], 0.0
        worst, wrong = max(worst, off), wrong + bool(faults)
        for fault in faults:
            print(f"{file}: {fault}")
    print(f"{len(files)} models, {wrong} wrong; the largest difference {worst:.1e} of the largest magnitude; "
          f"{time.time() - start:.1f} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
