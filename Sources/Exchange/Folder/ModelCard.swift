import Experiments
import Foundation
import Runs
import Support
import Trained

/// What a person must know who gets a model and not the project: made from the run's record, in Markdown.
struct ModelCard {
  private let run: TrainedRun
  private let identity: RunIdentity?
  private let provenance: Provenance?
  /// The finished runs of the same settings, by seed.
  private let figures: [(run: RunIdentity, metrics: RunMetrics)]
  private let verdicts: [String]

  init(of run: TrainedRun, in store: RunStore, verdicts: [String]) throws {
    self.run = run
    self.verdicts = verdicts
    provenance = try RunStore.provenance(in: run.folder)
    let all = store.identities()
    let identity = all.first { store.folder(for: $0).standardizedFileURL == run.folder.standardizedFileURL }
    self.identity = identity
    let plan = try identity.flatMap(store.plan)
    figures = try all.filter { other in
      guard let identity, other.experiment == identity.experiment, other.variant == identity.variant else {
        return false
      }
      return try store.isFinished(other) && store.plan(of: other) == plan
    }.sorted { ($0.seed, $0.hash) < ($1.seed, $1.hash) }
      .compactMap { run in try store.metrics(of: run).map { (run, $0) } }
  }

  var text: String {
    [
      Self.frontMatter, "# \(Self.code(run.name))", whatItIs, "## Data", run.entry.standing, "## Figures", measured,
      "## Use", Self.use, "## Files", files, "## Cite", Self.citation(of: identity),
    ].joined(separator: "\n\n") + "\n"
  }

  private static let frontMatter = """
    ---
    library_name: pytorch
    tags: [person-re-identification, image-feature-extraction]
    ---
    """

  private var whatItIs: String {
    let tasks = run.model.tasks.map { "`\($0.name.rawValue)`" }.joined(separator: ", ")
    let made = provenance.map { provenance in
      " Trained from commit \(Self.code(provenance.commit.isEmpty ? "unknown" : provenance.commit))"
        + (provenance.hasLocalChanges ? " with local changes" : "") + ", on data of the fingerprint "
        + "\(Self.code(provenance.dataset))."
    }
    return "A network for person re-identification: of a picture of one person it makes a descriptor of "
      + "\(Wording.grouped(run.model.layout.length)) numbers; pictures of the same person have near descriptors "
      + "(Euclidean distance\(run.settings.evaluate.isNormalized ? ", at unit length" : "")). It was trained by `aanet`, a "
      + "reproduction of AANet (Tay, Roy, Yap, CVPR 2019), with the tasks \(tasks); `plan.yaml` has every setting."
      + (made ?? "")
      + (run.isFinished ? "" : " **Its training is not finished.**")
  }

  private var measured: String {
    guard !figures.isEmpty else { return "The run has not been measured." }
    let rows = figures.map { run, metrics in
      let isThis = run == identity ? " (this one)" : ""
      let numbers = [metrics.retrieval.mAP, metrics.retrieval.rank1, metrics.retrieval.rank5, metrics.retrieval.rank10]
      return "| \(run.seed)\(isThis) | " + numbers.map { String(format: "%.2f", 100 * $0) }.joined(separator: " | ")
        + " | " + (metrics.attributes.map { String(format: "%.2f", 100 * $0.mean) } ?? "–") + " |"
    }
    let table =
      ["| Seed | mAP | Rank-1 | Rank-5 | Rank-10 | Attributes |", "|---|---:|---:|---:|---:|---:|"] + rows
    let drawn = run.entry.isSynthetic ? " They are of drawn images and compare with nothing published." : ""
    let count = Wording.count(figures.count, "run")
    return table.joined(separator: "\n")
      + "\n\nIn percent, on \(Self.code(run.settings.dataset)), by the benchmark's protocol; \(count) of the same "
      + "settings, one a seed: the model in this folder is one of them, and another seed gives other figures.\(drawn)"
      + (verdicts.isEmpty
        ? ""
        : "\n\nWhat the runs say of the paper's claims that this one bears on:\n\n"
          + verdicts.map { "- \(Self.plain($0))" }.joined(separator: "\n"))
  }

  private static let use = """
    It is meant for research: to compare methods of person re-identification, and to check this one's figures.

    It must not be used to identify, follow or watch people, nor to decide anything about a person. It was not tested for \
    that, nobody in a picture was asked, and it errs more on people who are unlike those that it was trained on. The \
    attributes, gender and age among them, are what annotators wrote of a look; they say nothing of who somebody is.

    The licence of what the model was trained on binds the model, too (Data, above); this card grants none.
    """

  private var files: String {
    let given = run.model.configuration.inputs(height: run.inputSize.height, width: run.inputSize.width)
    let cues =
      given.isEmpty
      ? ""
      : " Beside the picture it takes what a \(given[0].cue == .parsing ? "human parser" : "pose estimator") found "
        + "(`inputs` in `config.json`)."
    return """
      - `model.safetensors`: the weights, under PyTorch's names and in its shapes
      - `graph.json`: what is computed with them, as calls of PyTorch's operators, from bytes on
      - `config.json`: sizes, inputs and outputs, attributes and their classes, the descriptor's layout
      - `model.py`: makes the calls, with PyTorch and safetensors alone.\(cues)
      - `plan.yaml`: every setting of the training

      \(Self.example)
      """
  }

  private static let example = """
    ```python
    import numpy
    import torch
    from PIL import Image

    from model import describe

    pixels = torch.from_numpy(numpy.array(Image.open("person.jpg").convert("RGB")))
    descriptors = describe(image=pixels[None])["descriptor"]
    ```
    """

  private static func citation(of identity: RunIdentity?) -> String {
    """
    ```bibtex
    @inproceedings{tay2019aanet,
      title = {{AANet}: Attribute Attention Network for Person Re-Identifications},
      author = {Tay, Chiat-Pin and Roy, Sharmili and Yap, Kim-Hui},
      booktitle = {CVPR},
      year = {2019}
    }
    ```
    """
      + (identity.map {
        "\n\nand the run: \(code($0.experiment)), \(code($0.variant)), seed \($0.seed), hash \(code($0.hash))."
      } ?? "")
  }

  /// A name as it is, whatever it holds: on one line, with nothing that Markdown obeys.
  private static func code(_ name: String) -> String {
    "`" + Wording.printable(name).replacing("`", with: "'") + "`"
  }

  /// A sentence with nothing that Markdown obeys.
  private static func plain(_ text: String) -> String {
    Wording.printable(text, limit: 400).reduce(into: "") { plain, character in
      plain += "\\`*_{}[]<>#|!&".contains(character) ? "\\\(character)" : "\(character)"
    }
  }
}
