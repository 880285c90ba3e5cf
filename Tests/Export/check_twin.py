#!/usr/bin/env python3
"""Holds an exported model against `aanet predict` and the run's stored descriptors on 100 images of a synthetic twin.

    /tmp/onnx/bin/pip install onnx onnxruntime numpy pillow
    /tmp/onnx/bin/python Tests/Export/check_twin.py --aanet .build/release/aanet

It draws the twin, trains AANet for an epoch, exports it, reads the JPEG files with Pillow and describes them with ONNX
Runtime: descriptors within 1e-4 of the largest magnitude, the same attributes, and the same order of the gallery for each
query but among images whose distances differ by less than 1e-5 of the largest.
"""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, time

import numpy as np
import onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUERIES, GALLERY = 20, 80


def safetensors(file):
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    kinds = {"F32": np.float32, "I64": np.int64}
    return {name: np.frombuffer(data[8 + size + e["data_offsets"][0]:8 + size + e["data_offsets"][1]],
                                kinds[e["dtype"]]).reshape(e["shape"])
            for name, e in json.loads(data[8:8 + size]).items() if name != "__metadata__"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--aanet", default=ROOT / ".build/release/aanet", type=pathlib.Path)
    program = parser.parse_args().aanet.resolve()
    start = time.time()
    with tempfile.TemporaryDirectory() as place:
        project = pathlib.Path(place)
        shutil.copy(ROOT / "datasets.yaml", project)
        shutil.copytree(ROOT / "experiments", project / "experiments")

        def aanet(*words):
            done = subprocess.run([program, *words], cwd=project, capture_output=True, text=True,
                                  env={k: v for k, v in os.environ.items() if k != "AANET_DATA"})
            if done.returncode != 0:
                sys.exit(f"aanet {' '.join(words)}: {done.stderr}")
            return done.stdout

        aanet("data", "make", "synthetic-duke")
        aanet("run", "quickstart/table3", "train.epochs=1", "seeds=[1]", "--variant", "Lg+Lp+La+Laa uncertainty")
        run, = project.glob("runs/quickstart/table3/*/seed-1-*")
        aanet("export", str(run), "--to", "model.onnx")
        data = project / "data/synthetic-duke"
        sets = [(folder, sorted(p.name for p in (data / folder).glob("*.jpg"))[:count])
                for folder, count in [("query", QUERIES), ("bounding_box_test", GALLERY)]]
        files = [data / folder / name for folder, names in sets for name in names]
        photographs = project / "photographs"
        photographs.mkdir()
        for number, file in enumerate(files):
            shutil.copy(file, photographs / f"{number:03}.jpg")
        said = json.loads(aanet("predict", str(run), "photographs", "--format", "json"))

        session = onnxruntime.InferenceSession(str(project / "model.onnx"), providers=["CPUExecutionProvider"])
        pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
        names = [o.name for o in session.get_outputs()]
        found = dict(zip(names, session.run(names, {"image": pixels})))
        attributes = json.loads(session.get_modelmeta().custom_metadata_map["attributes"])
        stored = safetensors(run / "descriptors.safetensors")
    wanted = np.concatenate([stored["query"][:QUERIES], stored["gallery"][:GALLERY]]).astype(np.float64)

    faults = []
    off = np.abs(found["descriptor"] - wanted).max() / np.abs(wanted).max()
    if not off <= 1e-4:
        faults.append(f"descriptors differ by {off:.1e} of the largest magnitude")
    for number, image in enumerate(said):
        for attribute, own in zip(attributes, image["attributes"]):
            value = attribute["classes"][int(found[attribute["output"]][number].argmax())]
            if (attribute["name"], value) != (own["name"], own["value"]):
                faults.append(f"{files[number].name}: {attribute['name']} {value}, and predict says {own['value']}")

    def distances(rows):
        return np.linalg.norm(rows[:QUERIES, None] - rows[None, QUERIES:], axis=2)

    there, here = distances(wanted), distances(found["descriptor"].astype(np.float64))
    slack = 1e-5 * there.max()
    swapped = 0
    for query in range(QUERIES):
        ours, theirs = np.argsort(there[query], kind="stable"), np.argsort(here[query], kind="stable")
        swapped += int((ours != theirs).sum())
        if np.abs(there[query][ours] - there[query][theirs]).max() > slack:
            faults.append(f"query {query}: another order of the gallery")
    for fault in faults[:20]:
        print(fault)
    print(f"{len(files)} images: descriptors within {off:.1e} of the largest magnitude, {len(attributes)} attributes each, "
          f"{swapped} of {QUERIES * GALLERY} ranks swapped among equals; {time.time() - start:.1f} s")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
