"""AANet in PyTorch: what `aanet bench compare` times the engine against.

    python peer.py '{"block": "bottleneck", "blocks": [3, 4, 6, 3], "width": 64, "last_stride": 1, "head": 256, "parts": 6,
                     "identities": 751, "attributes": [["gender", 2, "global"], ["hat", 2, "top"]],
                     "attended": ["gender"], "height": 384, "breadth": 128, "batch": 16, "pass": "train",
                     "mode": "channels_last", "threads": 2, "repeats": 5}'

The network, its losses and its step are those of `aanet bench train`, and descriptors those of `aanet bench infer`. One thing is
left out in favour of PyTorch: parts are equal strips, where the engine finds them by k-means in every image.

`mode` is `fp32` (PyTorch's own layout), `channels_last`, or `bf16` (channels_last under autocast). Prints one line of JSON;
speeds are of the fastest and of the median repeat, after one to warm up.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def convolution(channels, filters, kernel, stride=1):
    return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    """A residual block: convolutions with BatchNorm, ReLU between them, and the shortcut added before the last ReLU."""

    def __init__(self, layers, stride):
        """`layers` are (channels, filters, kernel, stride) of each convolution."""
        super().__init__()
        self.convolutions = nn.ModuleList(convolution(*layer) for layer in layers)
        self.norms = nn.ModuleList(nn.BatchNorm2d(filters) for _, filters, _, _ in layers)
        channels, filters = layers[0][0], layers[-1][1]
        self.shortcut = None
        if stride != 1 or channels != filters:
            self.shortcut = nn.Sequential(convolution(channels, filters, 1, stride), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = x
        for place, (layer, norm) in enumerate(zip(self.convolutions, self.norms)):
            y = norm(layer(y if place == 0 else F.relu(y)))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


def basic(channels, width, stride):
    return Block([(channels, width, 3, stride), (width, width, 3, 1)], stride), width


def bottleneck(channels, width, stride):
    layers = [(channels, width, 1, 1), (width, width, 3, stride), (width, 4 * width, 1, 1)]
    return Block(layers, stride), 4 * width


class ResNet(nn.Module):
    def __init__(self, block, blocks, width, last_stride):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        layers, channels = [], width
        for stage, (count, stride) in enumerate(zip(blocks, (1, 2, 2, last_stride))):
            for index in range(count):
                layer, channels = block(channels, width << stage, stride if index == 0 else 1)
                layers.append(layer)
        self.layers = nn.Sequential(*layers)
        self.channels = channels

    def forward(self, x):
        return self.layers(self.stem(x))


class IdentityHead(nn.Module):
    """Features to a vector of the descriptor (linear, BatchNorm, ReLU), and that to identities."""

    def __init__(self, features, width, identities):
        super().__init__()
        self.reduce = nn.Linear(features, width, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.classifier = nn.Linear(width, identities)

    def forward(self, x):
        vector = F.relu(self.norm(self.reduce(x)))
        return vector, self.classifier(vector).float()


class AANet(nn.Module):
    """The paper's four tasks over one backbone, and log σ² of each."""

    def __init__(self, work):
        super().__init__()
        self.attributes, self.attended, parts = work["attributes"], set(work["attended"]), work["parts"]
        self.backbone = ResNet(
            {"basic": basic, "bottleneck": bottleneck}[work["block"]], work["blocks"], work["width"], work["last_stride"])
        features, width, identities = self.backbone.channels, work["head"], work["identities"]
        self.whole = IdentityHead(features, width, identities)
        self.parts = nn.ModuleList(IdentityHead(features, width, identities) for _ in range(parts))
        self.reduce = nn.Sequential(convolution(features, width, 1), nn.BatchNorm2d(width), nn.ReLU())
        self.classifiers = nn.ModuleDict({name: nn.Linear(width, classes) for name, classes, _ in self.attributes})
        self.attention = IdentityHead(features, width, identities)
        self.log_variance = nn.Parameter(torch.zeros(4))

    def forward(self, images):
        """The descriptor, and the logits of each task."""
        x = self.backbone(images)
        rows = x.shape[2]
        heads = [self.whole(x.mean((2, 3)))]
        edges = [part * rows // len(self.parts) for part in range(len(self.parts) + 1)]
        for head, start, end in zip(self.parts, edges, edges[1:]):
            heads.append(head(x[:, :, start:end].mean((2, 3))))
        reduced = self.reduce(x)
        regions = {"global": (0, rows), "top": (0, round(rows / 3)),
                   "middle": (round(rows / 3), round(2 * rows / 3)), "bottom": (round(2 * rows / 3), rows)}
        pooled = {name: reduced[:, :, start:end].mean((2, 3)) for name, (start, end) in regions.items()}
        named = {name: self.classifiers[name](pooled[region]).float() for name, _, region in self.attributes}
        seen = self.attention_map(reduced, regions, named)
        heads.append(self.attention((x * seen[:, None]).mean((2, 3))))
        vectors = [vector for vector, _ in heads]
        descriptor = torch.cat(vectors[:-1] + list(pooled.values()) + vectors[-1:], 1)
        return descriptor, [logits for _, logits in heads], named

    @torch.no_grad()
    def attention_map(self, reduced, regions, named):
        """The maximum of the attended attributes' activation maps, each from 0 to 1; what is below its mean is 0."""
        merged = torch.zeros(reduced.shape[0], *reduced.shape[2:], dtype=reduced.dtype)
        for name, _, region in self.attributes:
            if name not in self.attended:
                continue
            start, end = regions[region]
            weights = self.classifiers[name].weight[named[name].argmax(1)]
            seen = torch.einsum("nv,nvhw->nhw", weights, reduced[:, :, start:end])
            low, high = seen.amin((1, 2), keepdim=True), seen.amax((1, 2), keepdim=True)
            seen = (seen - low) / (high - low).clamp_min(1e-12)
            merged[:, start:end] = torch.maximum(merged[:, start:end], seen)
        return torch.where(merged >= merged.mean((1, 2), keepdim=True), merged, torch.zeros_like(merged))

    def loss(self, identities, attributes, heads, named):
        """The four losses, weighed by their learned variances; the parts' regulariser counts each part."""
        whole, *parts, attention = (F.cross_entropy(logits, identities) for logits in heads)
        attribute = sum(F.cross_entropy(named[name], attributes[name]) for name in named) / len(named)
        losses = [(whole, 1), (sum(parts), len(parts)), (attribute, 1), (attention, 1)]
        return sum(torch.exp(-s) * loss + terms * 0.5 * s for s, (loss, terms) in zip(self.log_variance, losses))


def peak_memory_gib():
    """This process's largest resident size, as the engine's bench reads it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 2**20


def main():
    work = json.loads(sys.argv[1])
    torch.set_num_threads(work["threads"])
    torch.manual_seed(0)
    batch, mode, is_training = work["batch"], work["mode"], work["pass"] == "train"
    model = AANet(work).train(is_training)
    images = torch.randn(batch, 3, work["height"], work["breadth"])
    if mode != "fp32":
        model, images = (item.to(memory_format=torch.channels_last) for item in (model, images))
    identities = torch.randint(0, work["identities"], (batch,))
    attributes = {name: torch.randint(0, classes, (batch,)) for name, classes, _ in work["attributes"]}
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9, weight_decay=5e-4)

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
            _, heads, named = model(images)
            loss = model.loss(identities, attributes, heads, named)
        loss.backward()
        optimizer.step()

    def describe():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
            model(images)

    seconds = []
    for _ in range(work["repeats"] + 1):
        start = time.perf_counter()
        step() if is_training else describe()
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[1:])
    print(json.dumps({
        "images_per_s": batch / seconds[0], "median_images_per_s": batch / seconds[len(seconds) // 2],
        "peak_rss_gib": peak_memory_gib(), "threads": torch.get_num_threads(), "batch": batch,
        "parameters": sum(parameter.numel() for parameter in model.parameters()), "torch": torch.__version__}))


if __name__ == "__main__":
    main()
