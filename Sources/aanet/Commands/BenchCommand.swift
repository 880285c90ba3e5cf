import ArgumentParser
import Experiments
import Foundation
import Layers
import Models
import Proofs
import Support
import Tensors

/// `aanet bench`: how fast the engine is here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the engine on this machine.",
    subcommands: [
      Kernels.self, Train.self, Infer.self, Layers.self, Loader.self, BenchRetrievalCommand.self,
      BenchPairsCommand.self, BenchScaleCommand.self, BenchCompareCommand.self,
    ]
  )

  /// The models that can be timed.
  enum Model: String, CaseIterable, ExpressibleByArgument {
    case quickstart, aanet50, aanet101, aanet152

    var backbone: ResNetConfiguration {
      switch self {
      case .quickstart: ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 32)
      case .aanet50: ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3])
      case .aanet101: ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 23, 3])
      case .aanet152: ResNetConfiguration(block: .bottleneck, blocks: [3, 8, 36, 3])
      }
    }

    var identities: Int { self == .quickstart ? 64 : 751 }

    /// All four tasks and uncertainty weights.
    var settings: Settings {
      let isSmall = self == .quickstart
      return Settings(
        dataset: rawValue, backbone: backbone, input: isSmall ? .init(height: 128, width: 64) : .init(),
        train: .init(batch: isSmall ? 32 : 16))
    }
  }

  struct Options: ParsableArguments {
    @OptionGroup var project: ProjectOptions

    @Option(
      help: """
        The model: \(Model.allValueStrings.joined(separator: ", ")), each with the paper's four tasks and uncertainty \
        weights; or a variant of --of, such as DPFL, as it is trained there.
        """)
    var model = Model.aanet50.rawValue

    @Option(help: "The experiment, or the folder of experiments, that --model names a variant of.")
    var of = "quickstart"

    @Option(help: "The phase of a variant's training; by default the longest.")
    var phase: String?

    @Option(help: "Images in a batch; by default 16 (quickstart: 32), or a variant's own.")
    var batch: Int?

    @Option(
      help: """
        fp32, or bf16: maps and operands of products in bfloat16; by default fp32, or a variant's own.
        """)
    var precision: Precision?

    @Option(help: "HEIGHTxWIDTH of the images; by default 384x128 (quickstart: 128x64), or a variant's own.")
    var size: String?

    @Option(help: "Worker threads; by default one for each processor that it may use.")
    var threads: Int?

    @Option(help: "Timed repeats, after one to warm up.")
    var repeats = 5

    @Option(help: "How to print: table or json.")
    var format = OutputFormat.table

    /// What is timed.
    struct Resolved {
      /// In words.
      let name: String
      var settings: Settings
      let phase: Settings.Train.Phase
      let identities: Int
    }

    func run(_ pass: TrainingBench.Pass) throws {
      let model = try resolved(for: pass)
      Console.warnOfNarrowKernels()
      let engine = Engine(threads: threads ?? Engine.availableThreads)
      let bench = TrainingBench(model.settings, in: model.phase, identities: model.identities, on: engine)
      let result = bench.run(pass, repeats: repeats)
      switch format {
      case .json: try Console.printJSON(result)
      case .table:
        let size = model.settings.input
        print(
          "\(model.name) \(pass.rawValue), \(size.height)x\(size.width), batch \(result.batch), "
            + "\(result.threads) threads,")
        print(
          "\(result.precision)\(result.bf16Kernels.map { " by \($0)" } ?? ""), OpenBLAS kernels \(result.blasKernels), "
            + "\(result.parameters) parameters")
        print(String(format: "  best    %8.2f images/s", result.imagesPerSecond))
        print(String(format: "  median  %8.2f images/s", result.medianImagesPerSecond))
        print(String(format: "  memory  %8.2f GiB at most", result.peakMemoryGiB))
      }
    }

    /// The model, with what the options change of it.
    func resolved(for pass: TrainingBench.Pass = .train) throws -> Resolved {
      guard (batch ?? 2) > 1, (threads ?? 1) > 0, repeats > 0 else {
        throw ValidationError("--batch is at least 2, --threads and --repeats at least 1")
      }
      var (name, settings, identities) = try named()
      if let size {
        let extents = size.split(separator: "x").compactMap { Int($0) }
        guard extents.count == 2, extents.allSatisfy({ (8...2048).contains($0) }) else {
          throw ValidationError("--size is HEIGHTxWIDTH, as in 384x128, each 8 to 2048")
        }
        (settings.input.height, settings.input.width) = (extents[0], extents[1])
      }
      if let precision { (settings.train.precision, settings.evaluate.precision) = (precision, precision) }
      try settings.check()
      let plan = settings.train.plan
      guard
        var chosen = phase.map({ name in plan.first { $0.name == name } }) ?? plan.max(by: { $0.epochs < $1.epochs })
      else {
        throw ValidationError(Wording.unknown("\(name) has no phase", naming: phase ?? "", among: plan.map(\.name)))
      }
      if plan.count > 1 { name += " (\(chosen.name))" }
      chosen.batch = batch ?? chosen.batch
      if size == nil, pass == .train { settings.input = settings.input(of: chosen) }
      return Resolved(name: name, settings: settings, phase: chosen, identities: identities)
    }

    private func named() throws -> (name: String, settings: Settings, identities: Int) {
      if let known = Model(rawValue: model) { return (model, known.settings, known.identities) }
      let variants = try project.library.plans(of).flatMap(\.variants)
      guard let variant = variants.first(where: { $0.name.lowercased() == model.lowercased() }) else {
        let names = Set(variants.map(\.name)).sorted()
        throw ValidationError(
          Wording.unknown(
            "no model and no variant of \(of) is called", naming: model, among: Model.allValueStrings + names))
      }
      return (variant.name, variant.settings, variant.settings.input.height > 128 ? 751 : 64)
    }
  }

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time training steps, the optimiser's included.",
      discussion: """
        Examples:
          aanet bench train --model aanet50 --batch 16
          aanet bench train --precision bf16
          aanet bench train --model DPFL
          aanet bench train --model GP-reID --phase triplet
          env -u OPENBLAS_CORETYPE aanet bench train --model quickstart --format json
        """)
    @OptionGroup var options: Options
    func run() throws { try options.run(.train) }
  }

  struct Infer: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time descriptor extraction.",
      discussion: """
        Examples:
          aanet bench infer --model aanet50 --threads 2
          aanet bench infer --precision bf16
        """)
    @OptionGroup var options: Options
    func run() throws { try options.run(.infer) }
  }
}

extension Precision: ExpressibleByArgument {}
