#!/usr/bin/env python3
"""Makes the small files beside this script: what `torch.save` writes, and what it never should.

    /tmp/peer/bin/python make_fixtures.py      (torch and safetensors; torch 2.15 made those that are committed)

Each NAME.pth that holds tensors has a NAME.safetensors beside it with the same tensors under the names that the reader
gives them, contiguous; the tests compare the two bit by bit. Those in refused/ must not be read, each for a reason of
its own.
"""

import collections
import io
import pathlib
import pickle
import struct
import zipfile

import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
LEGACY = {"_use_new_zipfile_serialization": False}


def flatten(value, path=""):
    """Names as the reader gives them: the path of keys, joined by dots."""
    if isinstance(value, torch.Tensor):
        return {path or "tensor": value.detach().clone().contiguous()}
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    found = {}
    for key, inner in pairs:
        found.update(flatten(inner, f"{path}.{key}" if path else str(key)))
    return found


def save(name, content, **options):
    torch.save(content, HERE / f"{name}.pth", **options)
    safetensors.torch.save_file(flatten(content), HERE / f"{name}.safetensors")


def numbers(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def plain():
    state = collections.OrderedDict()
    state["conv1.weight"] = numbers(4, 3, 3, 3)
    state["bn1.running_mean"] = numbers(4, seed=2)
    state["bn1.num_batches_tracked"] = torch.tensor(7)
    state._metadata = {"": {"version": 1}, "bn1": {"version": 2}}
    return state


def strided():
    base = numbers(6, 8)
    return {
        "transposed": base.t(),
        "every-second": base[::2, 1::3],
        "row": base[3],
        "number": base[2, 5],
        "channels-last": numbers(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "expanded": numbers(3, 1, seed=4).expand(3, 5),
        "empty": torch.empty(0, 4),
        "empty-part": base[2:2],
    }


def kinds():
    values = numbers(3, 4)
    state = {str(kind).removeprefix("torch."): values.to(kind) for kind in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    for kind in (torch.int64, torch.int32, torch.int16, torch.int8):
        state[str(kind).removeprefix("torch.")] = (values * 50).to(kind)
    state["uint8"] = (values * 50).abs().to(torch.uint8)
    state["bool"] = values > 0
    state["edges"] = torch.tensor([0.0, -0.0, 65504, 6e-8, float("inf"), float("-inf"), float("nan")], dtype=torch.float16)
    return state


def checkpoint():
    """As training scripts save it: the weights among counters, texts, an optimiser's state and much else."""
    weight = torch.nn.Parameter(numbers(2, 2))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    weight.grad = numbers(2, 2, seed=3)
    optimizer.step()
    return {
        "epoch": 300, "best": 0.875, "name": "résumé", "none": None, "large": 1 << 40, "larger": 1 << 100, "negative": -3,
        "flags": [True, False], "size": torch.Size([2, 2]), "nested": {"list": [weight.detach(), (weight.detach(),)]},
        "state_dict": collections.OrderedDict([("module.conv1.weight", weight)]), "optimizer": optimizer.state_dict(),
    }


def old_python():
    """As Python 2 with PyTorch 0.1 wrote it: byte strings, lists of pairs, _rebuild_tensor, a Parameter by NEWOBJ."""
    values = numbers(2, 3)

    def text(word):
        return b"U" + bytes([len(word)]) + word.encode()

    def tensor(key, shape, strides, count, offset):
        storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K" + bytes([count])
        sizes = b"(" + b"".join(b"K" + bytes([n]) for n in shape) + b"t"
        steps = b"(" + b"".join(b"\x8a\x01" + bytes([n]) for n in strides) + b"t"
        return (b"ctorch._utils\n_rebuild_tensor\n(" + storage + b"NtQ" + b"K" + bytes([offset]) + sizes + steps + b"tR")

    parameter = (b"ctorch.nn.parameter\nParameter\n" + tensor("11", (2, 3), (3, 1), 6, 0)
                 + b"\x85\x81" + b"(\x88\x89ccollections\nOrderedDict\n)Rtb")
    body = (b"\x80\x02ccollections\nOrderedDict\n](]" + text("fc.weight") + b"a" + parameter + b"a"
            + b"]" + text("fc.bias") + b"a" + tensor("11", (2,), (2,), 6, 1) + b"ae\x85R.")
    out = io.BytesIO()
    pickle.dump(0x1950A86A20F9469CFC6C, out, protocol=2)
    pickle.dump(1001, out, protocol=2)
    pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, out, protocol=2)
    out.write(body)
    pickle.dump(["11"], out, protocol=2)
    out.write(struct.pack("<q", 6) + values.numpy().tobytes())
    (HERE / "old-python.pth").write_bytes(out.getvalue())
    flat = values.flatten()
    safetensors.torch.save_file(
        {"fc.weight": values, "fc.bias": flat[1::2][:2].clone()}, HERE / "old-python.safetensors")


def rezipped(source, target, method=zipfile.ZIP_STORED, change=lambda name, data: data, extra=()):
    """A zip fixture written again by Python: another method, other contents, more files."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in extra:
            new.writestr(name, data)


def refused():
    folder = HERE / "refused"
    folder.mkdir(exist_ok=True)
    zipped = HERE / "plain.pth"
    rezipped(zipped, folder / "bzip2.pth", zipfile.ZIP_BZIP2)
    rezipped(zipped, folder / "big-endian.pth", change=lambda name, data: b"big" if name.endswith("byteorder") else data)
    rezipped(zipped, folder / "torchscript.pth", extra=[("plain/constants.pkl", b"\x80\x02).")])
    rezipped(zipped, folder / "lost-storage.pth", change=lambda name, data: data[:-4] if name.endswith("data/0") else data)
    with zipfile.ZipFile(folder / "no-pickle.pth", "w") as archive:
        archive.writestr("notes.txt", "nothing here")
    torch.save(torch.nn.Linear(2, 2), folder / "module.pth")
    torch.save({"weight": numbers(2, 2)}, folder / "protocol-4.pth", pickle_protocol=4)
    torch.save({"weight": torch.complex(numbers(2), numbers(2))}, folder / "complex.pth")
    torch.save({"weight": numbers(2), "arguments": __import__("argparse").Namespace(lr=0.1)}, folder / "namespace.pth")
    torch.save({"epoch": 3}, folder / "no-tensor.pth")


def main():
    torch.manual_seed(1)
    save("plain", plain())
    save("legacy", plain(), **LEGACY)
    save("strided", strided())
    save("strided-legacy", strided(), **LEGACY)
    save("kinds", kinds())
    save("kinds-legacy", kinds(), **LEGACY)
    save("checkpoint", checkpoint())
    save("checkpoint-legacy", checkpoint(), **LEGACY)
    save("alone", numbers(2, 2))
    old_python()
    for name, method in (("python-zip", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        rezipped(HERE / "plain.pth", HERE / f"{name}.pth", method)
        safetensors.torch.save_file(flatten(plain()), HERE / f"{name}.safetensors")
    refused()


if __name__ == "__main__":
    main()
