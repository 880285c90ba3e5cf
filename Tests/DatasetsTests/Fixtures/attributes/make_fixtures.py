#!/usr/bin/env python3
"""Makes the attribute files beside this script: every numeric class that scipy and Octave write, and what is refused.

    python make_fixtures.py      (scipy 1.17 and octave-cli 7.3 made those that are committed)

Each file that is read holds the labels of `value` below, which the tests compute too.
"""

import pathlib
import subprocess

import numpy as np
import scipy.io
import scipy.sparse

HERE = pathlib.Path(__file__).parent
VALUES = [("gender", 2), ("age", 4), ("hair", 2), ("up", 2), ("backpack", 2), ("bag", 2), ("handbag", 2), ("down", 2), ("clothes", 2)]
UPPER = ["black", "white", "red", "purple", "gray", "blue", "green", "yellow"]
LOWER = ["black", "white", "pink", "gray", "blue", "green", "brown", "yellow", "purple"]
CLASSES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single", "double"]
SPLITS = {"train": [1, 2, 3], "test": [11, 12]}


def value(identity, classes):
    return 1 + identity % classes


def section(identities, kinds=CLASSES):
    """Fields in turn of each numeric class; `hat` is logical, and true, which is the annotators' 1 for no."""
    fields = {name: [value(i, classes) for i in identities] for name, classes in VALUES}
    for prefix, colours in (("up", UPPER), ("down", LOWER)):
        for place, colour in enumerate(colours):
            fields[prefix + colour] = [1 + (i % len(colours) == place) for i in identities]
    arrays = {name: np.array(row, dtype=kinds[k % len(kinds)]) for k, (name, row) in enumerate(fields.items())}
    arrays["hat"] = np.array([True] * len(identities))
    arrays["image_index"] = np.array([f"{i:04d}" for i in identities], dtype=object)
    return arrays


def save(name, change=lambda train: None, **options):
    splits = {split: section(identities) for split, identities in SPLITS.items()}
    change(splits["train"])
    scipy.io.savemat(HERE / f"{name}.mat", {"market_attribute": splits}, long_field_names=True,
                     **{"do_compression": True, **options})


def refuse(name, field, array):
    save(f"refused/{name}", lambda train: train.update({field: array}))


def octave():
    """The same labels, put together and saved by Octave in both of its forms of MATLAB 5 files."""
    lines = []
    for split, identities in SPLITS.items():
        for name, array in section(identities).items():
            if name == "image_index":
                row = "{" + ", ".join(f"'{text}'" for text in array) + "}"
            elif name == "hat":
                row = f"true(1, {len(identities)})"
            else:
                kind = {"float32": "single", "float64": "double"}.get(array.dtype.name, array.dtype.name)
                row = f"{kind}([{' '.join(str(int(v)) for v in array)}])"
            lines.append(f"a.{split}.{name} = {row};")
    lines.append("market_attribute = a;")
    for form in ("v6", "v7"):
        lines.append(f"save('-{form}', '{HERE}/octave-{form}.mat', 'market_attribute');")
    lines.append(f"save('-text', '{HERE}/refused/octave-text.mat', 'market_attribute');")
    lines.append(f"save('-binary', '{HERE}/refused/octave-binary.mat', 'market_attribute');")
    subprocess.run(["octave-cli", "--no-gui", "--quiet", "--eval", "\n".join(lines)], check=True)


save("scipy")
save("scipy-plain", do_compression=False)
octave()
scipy.io.savemat(HERE / "identities.mat", {"testID": np.array([-1, 0, 1, 1501])})
scipy.io.savemat(HERE / "predictions.mat", {"predicted": np.array([[1, 2, 4, 1, 2, 1, 2, 1, 2, 1, 8, 9]])})
refuse("fraction", "age", np.array([1.0, 2.5, 3.0]))
refuse("nan", "age", np.array([1.0, np.nan, 3.0], dtype=np.float32))
refuse("infinite", "age", np.array([1.0, np.inf, 3.0]))
refuse("int64-beyond", "age", np.array([1, 2**53 + 1, 3], dtype=np.int64))
refuse("uint64-beyond", "age", np.array([1, 2**64 - 1, 3], dtype=np.uint64))
refuse("int64-negative", "age", np.array([1, -1, 3], dtype=np.int64))
refuse("logical-false", "hat", np.array([True, False, True]))
refuse("logical-colour", "upred", np.array([True, False, True]))
refuse("complex", "age", np.array([1, 2, 3], dtype=complex))
refuse("sparse", "age", scipy.sparse.csc_matrix(np.array([[1.0, 0.0, 2.0]])))
refuse("text", "age", np.array(["1", "2", "3"]))
refuse("index-of-numbers", "image_index", np.array([1, 2, 3]))
refuse("index-of-letters", "image_index", np.array(["0001", "0002", "0003"]))
