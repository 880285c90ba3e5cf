/// A short Python program that runs ``TorchGraph`` on the weights in its folder, with plain PyTorch: the same for every
/// network.
enum TorchProgram {
  static let text = """
    \"\"\"What this folder's network finds in pictures, with PyTorch and safetensors alone.\"\"\"
    import json
    import pathlib

    import torch
    from safetensors.torch import load_file

    folder = pathlib.Path(__file__).parent
    graph = json.loads((folder / "graph.json").read_text())
    numbers = load_file(folder / "model.safetensors")
    for c in graph["constants"]:
        numbers[c["name"]] = torch.tensor(c["numbers"], dtype=getattr(torch, c["type"])).reshape(c["shape"])


    def \(TorchGraph.orderedSum)(x, axis):
        return sum(x.unbind(axis))


    def operand(word, values):
        if isinstance(word, list):
            return [operand(w, values) for w in word]
        return values[word] if isinstance(word, str) else word


    @torch.no_grad()
    def describe(**inputs):
        \"\"\"The outputs that config.json lists, by name; image=RGB bytes [N, height, width, 3], of any size.\"\"\"
        values = numbers | inputs
        for step in graph["steps"]:
            call = \(TorchGraph.orderedSum) if step["calls"] == "\(TorchGraph.orderedSum)" else getattr(torch.ops.aten, step["calls"])
            values[step["gives"]] = call(*operand(step["with"], values))
            for name in step["frees"]:
                del values[name]
        return {name: values[name] for name in graph["outputs"]}

    """
}
