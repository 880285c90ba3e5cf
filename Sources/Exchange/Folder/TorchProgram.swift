import Models

/// A short Python program that makes the descriptor from the weights in its folder, with plain PyTorch.
enum TorchProgram {
  /// The program for a network.
  static func text(of model: AANet) -> String {
    let passes = model.python.map(\.pass)
    let functions = passes.flatMap(\.functions).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let lines = passes.map(\.lines).filter { !$0.isEmpty }.joined(separator: "\n")
    // What tasks may set for others begins as nothing.
    let start = lines.contains("assigned") ? "v, assigned = [], None" : "v = []"
    return
      ([head, backbone] + functions + [describe.replacing("    TASKS", with: indented(start + "\n" + lines)), main])
      .joined(separator: "\n\n\n") + "\n"
  }

  private static func indented(_ lines: String) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
      .joined(separator: "\n")
  }

  private static let head = """
    \"\"\"The descriptor of this folder's network, with PyTorch alone: python model.py person.jpg\"\"\"
    import json, pathlib, sys
    import torch, torch.nn.functional as F
    from safetensors.torch import load_file

    here = pathlib.Path(__file__).parent
    config, t = json.loads((here / "config.json").read_text()), load_file(here / "model.safetensors")


    def bn(x, name):
        return F.batch_norm(x, *(t[f"{name}.{n}"] for n in ("running_mean", "running_var", "weight", "bias")), eps=1e-5)
    """

  private static let backbone = """
    def resnet(x, p="backbone.", first=1):
        \"\"\"The maps behind the stages from one on; a convolution that the network p has not is the backbone's.\"\"\"
        def conv(x, name, stride=1):
            w = t[p + name] if p + name in t else t["backbone." + name]
            return F.conv2d(x, w, stride=stride, padding=w.shape[-1] // 2)

        if first == 1:
            x = F.max_pool2d(F.relu(bn(conv(x, "conv1.weight", 2), p + "bn1")), 3, 2, 1)
        maps, last = [], config["convolutions"]
        for stage in range(first, 5):
            for n in range(config["blocks"][stage - 1]):
                b, stride, y = f"layer{stage}.{n}.", config["strides"][stage - 1] if n == 0 else 1, x
                for c in range(1, last + 1):
                    y = bn(conv(y, f"{b}conv{c}.weight", stride if c == last - 1 else 1), f"{p}{b}bn{c}")
                    y = F.relu(y) if c < last else y
                if f"{p}{b}downsample.1.weight" in t:
                    x = bn(conv(x, b + "downsample.0.weight", stride), p + b + "downsample.1")
                x = F.relu(x + y)
            maps.append(x)
        return maps
    """

  private static let describe = """
    def load(pixels):
        \"\"\"RGB bytes [N, H, W, 3] of any size as the network takes them.\"\"\"
        x = F.interpolate(pixels.permute(0, 3, 1, 2).float(), config["size"], mode="bilinear", antialias=True)
        x = (x + 0.5).floor().clamp(0, 255) / 255
        mean, deviation = (torch.tensor(config[n])[:, None, None] for n in ("mean", "deviation"))
        return (x - mean) / deviation


    @torch.no_grad()
    def describe(image, given=None):
        \"\"\"Descriptors of normalised images [N, 3, H, W]; given: what config["given"] names, channels first.\"\"\"
        stages = resnet(image)
        x = stages[-1]
        TASKS
        return torch.cat(v, 1)
    """

  private static let main = """
    if __name__ == "__main__":
        import numpy
        from PIL import Image
        for file in sys.argv[1:]:
            print(describe(load(torch.from_numpy(numpy.array(Image.open(file).convert("RGB")))[None])))
    """
}
