"""Makes autocast/NAME.safetensors beside this file: the first training step of cases that stand here, by the peer program in
single precision under torch.autocast(bfloat16).

    python make_autocast.py PATH/TO/aanet_torch.py

Needs PyTorch and safetensors. It keeps the losses and the gradients by parameters, and prints how far the gradients are from the
case's own, which are in double precision: what bfloat16 costs there.
"""
import importlib.util, json, pathlib, sys
import torch
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
CASES = ["basic-all-uncertainty", "bottleneck-strided-fixed"]


def step(peer, name):
    case = json.loads((HERE / f"{name}.json").read_text())
    tensors = load_file(HERE / f"{name}.safetensors")
    block = {"basic": peer.Basic, "bottleneck": peer.Bottleneck}[case["block"]]
    model = peer.AANet(
        peer.ResNet(block, case["depths"], case["width"], case["last_stride"]), case["ids"],
        [tuple(a) for a in case["attributes"]], case["V"], case["parts"], tuple(case["tasks"]), tuple(case["aam"]),
        case["weights"]).train()
    before = {k.removeprefix("before."): v for k, v in tensors.items() if k.startswith("before.")}
    model.load_state_dict(before, strict=False)
    labels = {n: tensors[f"attribute.{n}"].long() for n, _, _ in case["attributes"]}
    with torch.autocast("cpu", torch.bfloat16):
        out = model(tensors["input"].float())
    wide = lambda v: v.float() if torch.is_tensor(v) else [wide(x) for x in v] if isinstance(v, list) else {
        k: wide(x) for k, x in v.items()}
    total, losses = model.losses({k: wide(v) for k, v in out.items()}, tensors["ids"].long(), labels)
    total.backward()
    kept = {f"grad.{n}": p.grad for n, p in model.named_parameters()}
    away = torch.cat([(kept[k] - tensors[k].float()).flatten() for k in kept]).norm()
    size = torch.cat([tensors[k].float().flatten() for k in kept]).norm()
    print(f"{name}: gradients are {away / size:.4f} of their norm away from those in double precision")
    kept |= {f"train.loss.{t}": loss.detach().reshape(1) for t, loss in losses.items()}
    (HERE / "autocast").mkdir(exist_ok=True)
    save_file({k: v.contiguous() for k, v in kept.items()}, HERE / "autocast" / f"{name}.safetensors")


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("peer", sys.argv[1])
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    torch.set_num_threads(1)
    for name in CASES: step(peer, name)
