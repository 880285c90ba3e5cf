#!/usr/bin/env python3
"""Holds our reading of weight files, and our backbone, against torchvision.

Makes a ResNet with random weights and random BatchNorm statistics (seeded; nothing is downloaded), saves it in every
form that `backbone.weights` reads, lets `aanet weights features` compute the last stage's features of one image from
each file, and lets torchvision compute them from exactly the input that aanet used. The largest difference, relative to
the largest magnitude, must be at most 1e-4, and all forms of the same numbers must give the same bits.

    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install torch torchvision safetensors numpy
    swift build -c release
    /tmp/peer/bin/python Tests/Peer/compare_torchvision.py --aanet .build/release/aanet

Exits with 1 where a comparison fails.
"""

import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile

import numpy
import safetensors.torch
import torch
import torchvision
from PIL import Image

TOLERANCE = 1e-4


def model(arch, seed):
    """A network whose BatchNorms do something: random scales, shifts and running statistics."""
    torch.manual_seed(seed)
    net = getattr(torchvision.models, arch)(weights=None)
    for layer in net.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
            torch.nn.init.normal_(layer.bias, 0, 0.2)
            layer.running_mean.normal_(0, 0.2)
            layer.running_var.uniform_(0.5, 2)
    return net.eval()


def features(net, last_stride, images):
    """The last stage's output; its stride sits on the 3x3 convolution of a bottleneck, the first of a basic block."""
    block = net.layer4[0]
    strided = block.conv2 if hasattr(block, "conv3") else block.conv1
    strided.stride = block.downsample[0].stride = (last_stride, last_stride)
    with torch.no_grad():
        x = net.maxpool(net.relu(net.bn1(net.conv1(images))))
        return net.layer4(net.layer3(net.layer2(net.layer1(x))))


def save(net, folder):
    """The same numbers in every form; each is loaded back by PyTorch itself where that is possible."""
    state = net.state_dict()
    files = {}

    def torch_file(name, content, **options):
        files[name] = folder / name
        torch.save(content, files[name], **options)

    files["plain.safetensors"] = folder / "plain.safetensors"
    safetensors.torch.save_file(state, files["plain.safetensors"])
    torch_file("zip.pth", state)
    torch_file("legacy.pth", state, _use_new_zipfile_serialization=False)
    wrapped = {"epoch": 3, "state_dict": collections.OrderedDict((f"module.{k}", v) for k, v in state.items())}
    torch_file("wrapped.pt", wrapped)
    torch_file("parameters.pth", dict(list(net.named_parameters()) + list(net.named_buffers())))
    strided = {k: v.to(memory_format=torch.channels_last) if v.dim() == 4 else v for k, v in state.items()}
    torch_file("channels-last.pth", strided)
    torch_file("channels-last-legacy.pth", strided, _use_new_zipfile_serialization=False)
    # One storage for all tensors of a type, each tensor a part of it.
    flat = torch.cat([v.flatten() for v in state.values() if v.is_floating_point()])
    shared, place = {}, 0
    for name, value in state.items():
        if value.is_floating_point():
            shared[name] = flat[place:place + value.numel()].view(value.shape)
            place += value.numel()
        else:
            shared[name] = value
    torch_file("shared.pth", shared)
    torch_file("shared-legacy.pth", shared, _use_new_zipfile_serialization=False)
    torch_file("double.pth", {k: v.double() if v.is_floating_point() else v for k, v in state.items()})
    return files


def rounded(net, kind):
    """A copy of the network with its numbers rounded to half precision or bfloat16, and its state of that type."""
    state = {k: v.to(kind) if v.is_floating_point() else v for k, v in net.state_dict().items()}
    net.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return net, state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aanet", default=".build/release/aanet")
    parser.add_argument("--arch", default="resnet50")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", default="384x128")
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        noise = numpy.random.default_rng(options.seed).integers(0, 256, (48, 16, 3), dtype=numpy.uint8)
        Image.fromarray(noise).resize((160, 400), Image.BICUBIC).save(folder / "image.jpg", quality=92)

        def ours(file, last_stride):
            result = folder / "features.safetensors"
            command = [options.aanet, "weights", "features", file, "--image", folder / "image.jpg", "--arch", options.arch,
                       "--size", options.size, "--last-stride", str(last_stride), "--to", result]
            subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
            return safetensors.torch.load_file(result)

        def compare(title, net, file, last_stride, bits=None):
            nonlocal failures
            mine = ours(file, last_stride)
            theirs = features(net, last_stride, mine["input"])
            assert mine["features"].shape == theirs.shape, (mine["features"].shape, theirs.shape)
            error = ((mine["features"] - theirs).abs().max() / theirs.abs().max()).item()
            same = bits is None or torch.equal(bits, mine["features"])
            good = error <= TOLERANCE and same
            failures += not good
            print(f"{options.arch} {title:28} last stride {last_stride}  {list(theirs.shape)}  largest "
                  f"{theirs.abs().max():.4g}  difference {error:.2e}  {'ok' if good else 'FAILED'}"
                  f"{'' if same else ' (other bits than the first form)'}", flush=True)
            return mine["features"]

        net = model(options.arch, options.seed)
        files = save(net, folder)
        for last_stride in (2, 1):
            bits = None
            for title, file in files.items():
                if last_stride == 1 and title not in ("plain.safetensors", "zip.pth", "legacy.pth"):
                    continue
                bits = compare(title, net, file, last_stride, bits)
        for kind in (torch.float16, torch.bfloat16):
            title = str(kind).removeprefix("torch.")
            net, state = rounded(model(options.arch, options.seed), kind)
            torch.save(state, folder / f"{title}.pth")
            safetensors.torch.save_file(state, folder / f"{title}.safetensors")
            bits = compare(f"{title}.pth", net, folder / f"{title}.pth", 1)
            compare(f"{title}.safetensors", net, folder / f"{title}.safetensors", 1, bits)
    print("all comparisons hold" if failures == 0 else f"{failures} comparisons failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
