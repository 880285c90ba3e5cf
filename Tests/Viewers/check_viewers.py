#!/usr/bin/env python3
"""Reads what `aanet runs export` wrote with MLflow and TensorBoard themselves, and holds every number against the records.

check_viewers.py MLFLOW_DIR TENSORBOARD_DIR: folders of the same runs. The records are MLflow's artifacts.
"""
import json, math, os, pathlib, struct, sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow.tracking
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

store, log = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
client = mlflow.tracking.MlflowClient(store.as_uri())
faults, numbers, pictures = [], 0, 0


def check(what, is_right):
    if not is_right:
        faults.append(what)


def same(a, b):
    return (math.isnan(a) and math.isnan(b)) or a == b


def single(value):
    """A number as TensorBoard keeps it, in 32 bits."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def number(value):
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value, value)


def expected(record):
    """Some of the series, made anew from the record: name to step to value."""
    series = {}
    epochs = [json.loads(line) for line in (record / "epochs.jsonl").read_text().splitlines()] \
        if (record / "epochs.jsonl").exists() else []
    for epoch in epochs:
        put = lambda name, value: series.setdefault(name, {}).__setitem__(epoch["epoch"], number(value))
        put("loss", epoch["loss"])
        put("images_per_second", epoch["images"] / epoch["seconds"])
        for group in ["losses", "sigma", "weights", "rates"]:
            for name, value in epoch.get(group, {}).items():
                put(f"{group}/{name}", value)
        for name, sizes in epoch.get("magnitudes", {}).items():
            for kind in ["weight", "gradient"]:
                for end, value in zip(["least", "most"], sizes[kind]):
                    put(f"magnitudes/{name}/{kind}_{end}", value)
            put(f"magnitudes/{name}/steps_below_place", sizes["steps_below_place"])
    last = epochs[-1]["epoch"] if epochs else 0
    if (record / "metrics.json").exists():
        scores = json.loads((record / "metrics.json").read_text())["retrieval"]
        for name in ["mAP", "rank1", "rank5", "rank10", "rank20"]:
            series[f"test/{name}"] = {last: number(scores[name])}
        ranks = [query["match_ranks"][0] for query in json.loads((record / "ranks.json").read_text()) if query["match_ranks"]]
        series["test/cmc"] = {k: sum(r <= k for r in ranks) / len(ranks) for k in range(1, 51)}
    return series, last


runs = [run for experiment in client.search_experiments() for run in client.search_runs([experiment.experiment_id], max_results=5000)]
check("there are runs", runs)
events = {path.parent.name: path.parent for path in log.rglob("events.out.tfevents.*")}
check(f"as many event files ({len(events)}) as runs ({len(runs)})", len(list(log.rglob('events.out.tfevents.*'))) == len(runs))
for run in runs:
    tags, name = run.data.tags, run.info.run_name
    record = pathlib.Path(run.info.artifact_uri.removeprefix("file://"))
    listed = {item.path for item in client.list_artifacts(run.info.run_id)}
    check(f"{name}: artifacts {listed}", "plan.yaml" in listed)
    wanted, last = expected(record)
    check(f"{name}: its state", run.info.status == {"finished": "FINISHED"}.get(tags["aanet.status"], run.info.status))
    check(f"{name}: its name", name == f"{tags['aanet.variant']}/{tags['aanet.seed']}")
    check(f"{name}: parameters", any(key.startswith("train.") for key in run.data.params))
    place = events.get(f"seed-{tags['aanet.seed']}-{tags['aanet.hash']}")
    if not place:
        faults.append(f"{name}: no event file")
        continue
    # Nothing is left out at random.
    board = EventAccumulator(str(place), size_guidance={"scalars": 0, "images": 0, "tensors": 0}).Reload()
    check(f"{name}: the same names in both", set(board.Tags()["scalars"]) == set(run.data.metrics))
    for key in run.data.metrics:
        history = client.get_metric_history(run.info.run_id, key)
        mine = {point.step: point.value for point in history}
        theirs = {point.step: point.value for point in board.Scalars(key)}
        check(f"{name}: {key} once a step", len(mine) == len(history) == len(board.Scalars(key)))
        check(f"{name}: {key} alike in both",
              mine.keys() == theirs.keys() and all(same(single(mine[k]), theirs[k]) for k in mine))
        numbers += len(mine)
        if key in wanted:
            check(f"{name}: {key} as recorded", mine.keys() == wanted[key].keys() and
                  all(same(mine[k], wanted[key][k]) for k in mine))
    check(f"{name}: nothing is missing", wanted.keys() <= run.data.metrics.keys())
    plan = tensor_util.make_ndarray(board.Tensors("plan")[-1].tensor_proto).item().decode()
    check(f"{name}: the plan", "\n".join(line[4:] for line in plan.split("\n")) == (record / "plan.yaml").read_text())
    check(f"{name}: one plan", len(board.Tensors("plan")) == 1)
    drawn = sorted(p.name for p in (record / "figures").glob("*.png")) if (record / "figures").exists() else []
    check(f"{name}: as many pictures", len(board.Tags()["images"]) == len(drawn))
    for tag in board.Tags()["images"]:
        images = board.Images(tag)
        check(f"{name}: {tag} once", len(images) == 1)
        bytes_ = images[-1].encoded_image_string
        check(f"{name}: {tag} as drawn", any((record / "figures" / d).read_bytes() == bytes_ for d in drawn))
        pictures += 1
print("\n".join(faults) or f"{len(runs)} runs, {numbers} numbers, {pictures} pictures: as recorded, in MLflow and in TensorBoard")
sys.exit(1 if faults else 0)
