import ArgumentParser
import Experiments
import Proofs
import Tensors

/// `aanet bench pairs`: how long judging pairs takes.
struct BenchPairsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "Time the second stage of a ranking, judging pairs of images, on made-up maps.",
    discussion: """
      Each query is judged with --first images of the gallery, whose maps pass by in batches and do not stay. seconds \
      counts from maps to judgements; making the maps is a pass over the images (aanet bench infer).

      Examples:
        env -u OPENBLAS_CORETYPE aanet bench pairs --queries 3368 --gallery 15913 --first 75 --scales 2 --format json
        aanet bench pairs --queries 192 --gallery 848 --scales 2 --width 64 --size 128x64
      """)

  @Option(help: "Query images.") var queries = 3368
  @Option(help: "Gallery images.") var gallery = 15913
  @Option(help: "Gallery images that each query is judged with.") var first = 75
  @Option(help: "Scales of the maps, 1 to 3.") var scales = 2
  @Option(help: "Channels of the maps.") var width = 256
  @Option(help: "HEIGHTxWIDTH of the images, multiples of 32; the maps' sides are a 32nd, a 16th, an 8th.")
  var size = "384x128"
  @Option(help: "Worker threads; by default one for each processor that it may use.") var threads: Int?
  @Option(help: "How to print: table or json.") var format = OutputFormat.table

  func validate() throws {
    guard (1...200_000).contains(queries), (1...200_000).contains(gallery), (1...200_000).contains(first) else {
      throw ValidationError("--queries, --gallery and --first go from 1 to 200,000")
    }
    guard (1...3).contains(scales), (1...4096).contains(width), (1...1024).contains(threads ?? 1) else {
      throw ValidationError("--scales goes from 1 to 3, --width from 1 to 4,096, --threads from 1 to 1,024")
    }
    _ = try extents()
  }

  private func extents() throws -> (height: Int, width: Int) {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sides.count == 2, sides.allSatisfy({ (32...2048).contains($0) && $0.isMultiple(of: 32) }) else {
      throw ValidationError("--size \(size): it is HEIGHTxWIDTH, both multiples of 32, from 32 to 2,048")
    }
    return (sides[0], sides[1])
  }

  func run() throws {
    Console.warnOfNarrowKernels()
    let (height, breadth) = try extents()
    let bench = PairBench(
      queries: queries, gallery: gallery, first: first, scales: scales, channels: width, height: height, width: breadth)
    let result = try bench.run(threads: threads ?? Engine.availableThreads)
    switch format {
    case .json: try Console.printJSON(result)
    case .table:
      var table = TextTable(["pairs", "seconds", "pairs/s"], right: [0, 1, 2])
      table.add(["\(result.queries * result.first)", result.seconds.fixed(2), result.pairsPerSecond.fixed(0)])
      let maps = result.maps.map { "\($0[0])×\($0[1])" }.joined(separator: " and ")
      print("\(queries) queries, \(result.first) of \(gallery) gallery images each, maps of \(maps), \(width) channels")
      print("\(result.threads) threads, OpenBLAS kernels \(result.blasKernels)")
      print(table.text)
      print("memory \(result.peakMemoryGiB.fixed(2)) GiB at most")
    }
  }
}
