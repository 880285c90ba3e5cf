import ArgumentParser
import Datasets
import Experiments
import Foundation
import Proofs

extension BenchCommand {
  /// `aanet bench loader`: whether images keep up with training.
  struct Loader: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time reading, decoding, resizing and normalising training images.",
      discussion: """
        Nothing decoded is kept from pass to pass; training keeps what fits in memory and is faster from the second epoch
        on.

        Examples:
          aanet bench loader synthetic-duke --size 384x128
          aanet bench loader market1501 --threads 2 --format json
        """)

    @Argument(help: "The dataset, a name of datasets.yaml.") var dataset: String
    @Option(help: "HEIGHTxWIDTH that images are brought to.") var size = "384x128"
    @Option(help: "Images in a batch.") var batch = 16
    @Option(help: "Reading threads.") var threads = 1
    @Option(help: "Timed passes, after one to warm up.") var repeats = 3
    @Option(help: "How to print: table or json.") var format = OutputFormat.table
    @OptionGroup var data: DataOptions
    @OptionGroup var project: ProjectOptions

    func run() throws {
      let extents = size.split(separator: "x").compactMap { Int($0) }
      guard extents.count == 2, extents.allSatisfy({ $0 > 0 }), batch > 0, threads > 0, repeats > 0 else {
        throw ValidationError("--size is HEIGHTxWIDTH, as in 384x128; --batch, --threads and --repeats are at least 1")
      }
      let registry = try project.registry
      let opened = try Dataset.open(named: dataset, registry: registry, places: data.places(in: project))
      let bar = ProgressBar("loader", unit: "passes")
      let result = try LoaderBench.run(
        opened, size: ImageSize(height: extents[0], width: extents[1]), batch: batch, threads: threads, repeats: repeats
      ) { bar.update($0, of: $1) }
      bar.finish()
      switch format {
      case .json: try Console.printJSON(result)
      case .table:
        print("\(dataset), \(result.images) images to \(result.size), \(threads) reading threads")
        print(String(format: "  best    %8.0f images/s", result.imagesPerSecond))
      }
    }
  }
}
