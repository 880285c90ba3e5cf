#!/usr/bin/env python3
"""Holds exported models against what aanet said of the same images.

    python3 -m venv /tmp/onnx && /tmp/onnx/bin/pip install onnx onnxruntime numpy
    /tmp/onnx/bin/python Tests/Export/check_onnx.py FOLDER...

Every model.onnx below the folders passes onnx.checker with shapes inferred strictly, and is run by ONNX Runtime on the
examples beside it (`aanet export --examples`): whole numbers must be equal, all others within 1e-4 of the largest, and each
image must be given the same class of every attribute. Where a folder `normalised` beside it has the same images as the loader
made them (`--input normalised`), the model must make just that of their bytes.
"""
import onnx
import onnxruntime

import examples


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def check(file):
    """What is wrong with a model, and its largest difference."""
    onnx.checker.check_model(str(file), full_check=True)
    model = onnx.load(str(file))
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    whole = session(model)
    names = [output.name for output in whole.get_outputs()]
    faults, worst = examples.compare(file.parent, lambda inputs: dict(zip(names, whole.run(names, inputs))))
    # What the first convolution is given is the image as the network sees it.
    image = next(node.input[0] for node in model.graph.node if node.op_type == "Conv")
    model.graph.output.append(onnx.helper.make_tensor_value_info(image, onnx.TensorProto.FLOAT, None))
    begun = session(model)
    return faults + examples.compare_loading(file.parent, lambda pixels: begun.run([image], {"image": pixels})[0]), worst


if __name__ == "__main__":
    examples.hold("model.onnx", check)
