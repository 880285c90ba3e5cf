import ArgumentParser
import Experiments
import Foundation
import Proofs
import Retrieval
import Tensors

/// `aanet bench retrieval`: how long ranking and re-ranking take.
struct BenchRetrievalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrieval",
    abstract: "Time ranking and re-ranking, on made-up descriptors.",
    discussion: """
      seconds_rank counts distances, rankings, both mAPs and the CMC; seconds_rerank the same by re-ranked distances, \
      from descriptors to scores. Market-1501 has 15,913 gallery images without junk and 19,732 with it, and half a \
      million distractors beside them. A gallery of more than 256 MiB is written to a file in TMPDIR that has no name, \
      ranked block by block, and not re-ranked.

      Examples:
        env -u OPENBLAS_CORETYPE aanet bench retrieval --queries 3368 --gallery 15913 --dim 3072 --format json
        aanet bench retrieval --queries 500 --gallery 2000 --dim 256 --variant d4
        TMPDIR=/scratch aanet bench retrieval --gallery 500000 --repeats 1
      """)

  @Option(help: "Query images.") var queries = 3368
  @Option(help: "Gallery images.") var gallery = 15913
  @Option(help: "Numbers of a descriptor.") var dim = 3072
  @Option(help: "Timed repeats; the fastest counts.") var repeats = 3
  @Option(help: "Worker threads of re-ranking; by default one for each processor that it may use.") var threads: Int?
  @OptionGroup var reranking: ReRankingOptions
  @Option(help: "How to print: table or json.") var format = OutputFormat.table

  func validate() throws {
    guard (1...200_000).contains(queries), (1...2_000_000).contains(gallery), (1...100_000).contains(dim) else {
      throw ValidationError(
        "--queries goes from 1 to 200,000, --gallery from 1 to 2,000,000, --dim from 1 to 100,000")
    }
    guard (1...100).contains(repeats), (1...1024).contains(threads ?? 1) else {
      throw ValidationError("--repeats goes from 1 to 100, --threads from 1 to 1,024")
    }
  }

  func run() throws {
    Console.warnOfNarrowKernels()
    let bench = try RetrievalBench(
      queries: queries, gallery: gallery, dimension: dim, folder: FileManager.default.temporaryDirectory)
    let result = try bench.run(
      reranking.settings, repeats: repeats, threads: threads ?? Engine.availableThreads)
    switch format {
    case .json: try Console.printJSON(result)
    case .table:
      var table = TextTable(["what", "seconds", "mAP %"], right: [1, 2])
      table.add(["ranking", result.secondsRank.fixed(2), (100 * result.mAP).fixed(2)])
      if let seconds = result.secondsRerank, let mAP = result.rerankedMAP {
        table.add(["with re-ranking", seconds.fixed(2), (100 * mAP).fixed(2)])
      }
      let place = result.galleryInFile ? ", the gallery read in blocks from a file" : ""
      print("\(queries) queries, \(gallery) gallery images, descriptors of \(dim) numbers\(place)")
      print("\(result.threads) threads, OpenBLAS kernels \(result.blasKernels)")
      print(table.text)
      print("memory \(result.peakMemoryGiB.fixed(2)) GiB at most")
    }
  }
}

/// The settings of re-ranking on the command line.
struct ReRankingOptions: ParsableArguments {
  @Option(help: "Re-ranking: neighbours that are looked at for being mutual.") var k1 = 20
  @Option(help: "Re-ranking: neighbours whose encodings are averaged.") var k2 = 6
  @Option(help: "Re-ranking: the share of the original distance.") var lambda = 0.3
  @Option(help: "Re-ranking: d2 (squared distances, the authors' code) or d4 (squared twice).")
  var variant = ReRanking.Variant.d2
  @Option(help: "Re-ranking: whether junk takes part as neighbours, in or out.") var junk = ReRanking.Junk.out

  var settings: ReRanking { ReRanking(k1: k1, k2: k2, lambda: lambda, variant: variant, junk: junk) }

  func validate() throws {
    let limit = ReRanking.mostNeighbours
    guard (1...limit).contains(k1), (1...limit).contains(k2), lambda >= 0, lambda <= 1 else {
      throw ValidationError("--k1 and --k2 go from 1 to \(limit), --lambda from 0 to 1")
    }
  }
}

extension ReRanking.Variant: ExpressibleByArgument {}
extension ReRanking.Junk: ExpressibleByArgument {}
