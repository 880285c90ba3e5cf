import ArgumentParser
import Experiments
import Foundation
import Models
import Proofs
import Tensors

/// `aanet bench`: how fast the engine is here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the engine on this machine.",
    subcommands: [Kernels.self, Train.self, Infer.self, Layers.self, Loader.self, BenchRetrievalCommand.self]
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

    var size: String { self == .quickstart ? "128x64" : "384x128" }
    var identities: Int { self == .quickstart ? 64 : 751 }
    var batch: Int { self == .quickstart ? 32 : 16 }
  }

  struct Options: ParsableArguments {
    @Option(
      help: "The model, with all four tasks and uncertainty weights: \(Model.allValueStrings.joined(separator: ", ")).")
    var model = Model.aanet50

    @Option(help: "Images in a batch; by default 16 (quickstart: 32).")
    var batch: Int?

    @Option(help: "HEIGHTxWIDTH of the images; by default 384x128 (quickstart: 128x64).")
    var size: String?

    @Option(help: "Worker threads; by default one for each processor that it may use.")
    var threads: Int?

    @Option(help: "Timed repeats, after one to warm up.")
    var repeats = 5

    @Option(help: "How to print: table or json.")
    var format = OutputFormat.table

    /// Height and width of the images, and whether the other numbers make sense.
    private var configuration: AANetConfiguration {
      AANetConfiguration(backbone: model.backbone, labels: TrainingBench.labels(identities: model.identities))
    }

    func extents() throws -> (height: Int, width: Int) {
      let extents = (size ?? model.size).split(separator: "x").compactMap { Int($0) }
      guard extents.count == 2 else { throw ValidationError("--size is HEIGHTxWIDTH, as in 384x128") }
      guard (batch ?? 2) > 1, (threads ?? 1) > 0, repeats > 0 else {
        throw ValidationError("--batch is at least 2, --threads and --repeats at least 1")
      }
      try configuration.validate(height: extents[0], width: extents[1])
      return (extents[0], extents[1])
    }

    func run(_ pass: TrainingBench.Pass) throws {
      let (height, width) = try extents()
      let engine = Engine(threads: threads ?? Engine.availableThreads)
      Console.warnOfNarrowKernels()
      let bench = TrainingBench(
        configuration, batch: batch ?? model.batch, height: height, width: width, on: engine)
      let result = bench.run(pass, repeats: repeats)
      switch format {
      case .json: try Console.printJSON(result)
      case .table:
        print(
          "\(model.rawValue) \(pass.rawValue), \(size ?? model.size), batch \(result.batch), \(result.threads) threads,"
        )
        print("OpenBLAS kernels \(result.blasKernels), \(result.parameters) parameters")
        print(String(format: "  best    %8.2f images/s", result.imagesPerSecond))
        print(String(format: "  median  %8.2f images/s", result.medianImagesPerSecond))
        print(String(format: "  memory  %8.2f GiB at most", result.peakMemoryGiB))
      }
    }
  }

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time training steps, the optimiser's included.",
      discussion: """
        Examples:
          aanet bench train --model aanet50 --batch 16
          env -u OPENBLAS_CORETYPE aanet bench train --model quickstart --format json
        """)
    @OptionGroup var options: Options
    func run() throws { try options.run(.train) }
  }

  struct Infer: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time descriptor extraction.",
      discussion: """
        Example:
          aanet bench infer --model aanet50 --threads 2
        """)
    @OptionGroup var options: Options
    func run() throws { try options.run(.infer) }
  }
}
