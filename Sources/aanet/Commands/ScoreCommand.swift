import ArgumentParser
import Foundation
import Retrieval
import Runs

/// `aanet score`: figures of descriptors that are already in a file.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score descriptors or predicted attributes from a file, whoever made them.",
    subcommands: [Retrieval.self, ScoreAttributesCommand.self]
  )

  /// `aanet score retrieval FILE`.
  struct Retrieval: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "CMC and both mAPs of query descriptors in a gallery, plain and re-ranked.",
      discussion: """
        FILE holds the tensors query [images, numbers], query_ids [images], query_cameras [images] and the same of \
        gallery. The protocol is that of Market-1501 and DukeMTMC-reID: identity -1 is junk, 0 a distractor. A file \
        pairs.safetensors beside FILE, as runs have it that judge pairs, is a second stage of the ranking.

        Examples:
          aanet score retrieval runs/quickstart/table3/Lg/seed-1-0123abcd/descriptors.safetensors
          aanet score retrieval retrieval-small.safetensors --format json
          aanet score retrieval retrieval-small.safetensors --rerank --k1 20 --k2 6 --lambda 0.3 --variant d4 --junk in
        """
    )

    @Argument(help: "A safetensors file of descriptors, identities and cameras.", completion: .file())
    var file: String

    @Flag(help: "Re-rank by k-reciprocal encoding and print both.") var rerank = false
    @OptionGroup var reranking: ReRankingOptions
    @Option(help: "How to print the figures: table or json.")
    var format = OutputFormat.table

    func run() throws {
      let descriptors = URL(fileURLWithPath: file)
      let pairs = descriptors.deletingLastPathComponent().appendingPathComponent(RunStore.File.pairs.rawValue)
      if !FileManager.default.fileExists(atPath: descriptors.path),
        let lack = RunStore.lack(ofDropped: .descriptors, in: descriptors.deletingLastPathComponent())
      {
        throw ValidationError(lack)
      }
      let hasPairs = FileManager.default.fileExists(atPath: pairs.path)
      let report = try RetrievalReport(
        scoring: descriptors, pairs: hasPairs ? pairs : nil, reranking: rerank ? reranking.settings : nil)
      switch format {
      case .table: print(report.table)
      case .json: try Console.printJSON(report)
      }
    }
  }
}
