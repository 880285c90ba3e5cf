"""Examples that `aanet export --examples` wrote beside a model, and how what another program says is held against them."""
import pathlib, sys, time

import numpy as np
import onnx
from onnx import numpy_helper

TOLERANCE = 1e-4


def tensor(file):
    message = onnx.TensorProto()
    message.ParseFromString(file.read_bytes())
    return message.name, numpy_helper.to_array(message)


def numbered(folder, pattern):
    return sorted(folder.glob(pattern), key=lambda f: int(f.stem.split("_")[-1]))


def tensors(folder, kind):
    return dict(tensor(f) for f in numbered(folder, f"{kind}_*.pb"))


def distance(found, wanted):
    """The largest difference, as a share of the largest magnitude."""
    if found.shape != wanted.shape:
        return f"the shape {found.shape}, not {wanted.shape}"
    if wanted.dtype.kind != "f":
        return 0.0 if np.array_equal(found, wanted) else f"{found.tolist()}, not {wanted.tolist()}"
    if wanted.size == 0:
        return 0.0
    return float(np.abs(found.astype(np.float64) - wanted).max() / max(np.abs(wanted).max(), 1e-12))


def compare(folder, describe):
    """What is wrong with a program's answers to the examples in a folder, and the largest difference."""
    faults, worst = [], 0.0
    sets = numbered(folder, "test_data_set_*")
    if not sets:
        faults.append("no examples beside it")
    for examples in sets:
        wanted, found = tensors(examples, "output"), describe(tensors(examples, "input"))
        if set(wanted) != set(found):
            faults.append(f"{examples.name}: examples of {sorted(wanted)}, outputs {sorted(found)}")
        for name in wanted.keys() & found.keys():
            off = distance(found[name], wanted[name])
            if isinstance(off, str) or not off <= TOLERANCE:
                faults.append(f"{examples.name}: {name}: {off}")
            else:
                worst = max(worst, off)
            if name.startswith("attribute_") and not np.array_equal(found[name].argmax(1), wanted[name].argmax(1)):
                faults.append(f"{examples.name}: {name}: another class")
    return faults, worst


def compare_loading(folder, load):
    """Whether a program makes of the bytes in a folder's examples, bit for bit, what the loader makes of them: the inputs
    of the examples in the folder `normalised` in it, of the same images. Where there is none, nothing is held."""
    if not (folder / "normalised").is_dir():
        return []
    wanted = np.concatenate([tensors(s, "input")["image"] for s in numbered(folder / "normalised", "test_data_set_*")])
    pixels = [image for s in numbered(folder, "test_data_set_*") for image in tensors(s, "input")["image"]]
    if len(pixels) != len(wanted):
        return [f"{len(pixels)} images as bytes, {len(wanted)} as the loader makes them"]
    wrong = [(p.shape, int((load(p[None]) != w).sum())) for p, w in zip(pixels, wanted)]
    return [f"an image of {s[0]}x{s[1]}: {count} numbers are not the loader's" for s, count in wrong if count]


def hold(pattern, check):
    """Checks every file of a name below the command line's folders, says what is wrong, and ends the program.

    check: gives what is wrong with a file, and its largest difference.
    """
    files = sorted(f for folder in sys.argv[1:] for f in pathlib.Path(folder).rglob(pattern))
    if not files:
        sys.exit(f"no {pattern} below " + " ".join(sys.argv[1:]))
    start, wrong, worst = time.time(), 0, 0.0
    for file in files:
        try:
            faults, off = check(file)
        except Exception as error:
            faults, off = [f"{type(error).__name__}: {error}"], 0.0
        worst, wrong = max(worst, off), wrong + bool(faults)
        for fault in faults:
            print(f"{file}: {fault}")
    print(f"{len(files)} times {pattern}, {wrong} wrong; the largest difference {worst:.1e} of the largest magnitude; "
          f"{time.time() - start:.1f} s")
    sys.exit(1 if wrong else 0)
