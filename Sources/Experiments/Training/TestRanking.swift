import Datasets
import Foundation
import Retrieval
import Runs
import Support
import Tensors

/// A dataset's queries and gallery by their descriptors, and how they are ranked.
struct TestRanking {
  let query: LabelledDescriptors
  let gallery: Gallery
  let dataset: Dataset

  /// Takes descriptors in memory.
  ///
  /// - Parameters:
  ///   - query: the descriptors of the dataset's queries, `queries × dimension` numbers.
  ///   - gallery: those of its gallery.
  /// - Throws: `PlainError` where a number is not finite.
  init(query: [Float], gallery: [Float], dimension: Int, of dataset: Dataset) throws {
    self.dataset = dataset
    self.query = try LabelledDescriptors(
      values: query, dimension: dimension, identities: dataset.query.map(\.identity),
      cameras: dataset.query.map(\.camera), of: "query")
    self.gallery = Gallery(
      try LabelledDescriptors(
        values: gallery, dimension: dimension, identities: dataset.gallery.map(\.identity),
        cameras: dataset.gallery.map(\.camera), of: "gallery"))
  }

  /// Reads the file of a dataset's descriptors, which keeps those of a large gallery.
  ///
  /// - Parameter limit: the most numbers of a gallery that are taken into memory.
  init(contentsOf url: URL, of dataset: Dataset, limit: Int) throws {
    let file = try TensorFile(contentsOf: url)
    self.dataset = dataset
    do throws(PlainError) {
      query = try LabelledDescriptors(named: "query", in: file)
      gallery = try Gallery(in: file, at: url, limit: limit)
      for (name, labels, images) in [
        ("query", query.labels, dataset.query), ("gallery", gallery.labels, dataset.gallery),
      ] {
        guard labels.identities == images.map(\.identity), labels.cameras == images.map(\.camera) else {
          throw PlainError("its \(name) images are not those of '\(dataset.name)'")
        }
      }
    } catch {
      throw error.naming(url)
    }
  }

  /// What a ranking gives: the scores, each query's ranking, and how pairs were judged.
  struct Result {
    let scores: RetrievalScores
    /// The scores of the first stage, where pairs were judged after it.
    let firstStage: RetrievalScores?
    let reranked: RetrievalScores?
    let rankings: [Runs.QueryRanking]
    let pairs: SafeTensors?
  }

  /// Ranks as a plan says.
  ///
  /// - Parameter judge: the second stage, where the plan has one.
  func result(
    by evaluate: Settings.Evaluate, threads: Int, judging judge: (Settings.Evaluate.Pairs) throws -> PairScores?
  ) throws -> Result {
    let normalize = evaluate.isNormalized
    let first = try RetrievalProtocol.evaluate(query: query, gallery: gallery, normalize: normalize)
    let pairs = try evaluate.pairs.flatMap(judge)
    let second = try pairs.map {
      try RetrievalProtocol.evaluate(query: query, gallery: gallery, normalize: normalize, pairs: $0)
    }
    let final = second ?? first
    let reranked = try evaluate.rerank.map { reranking in
      try RetrievalProtocol.evaluate(
        query: query, gallery: gallery.loaded(), reranking: reranking, normalize: normalize, threads: threads)
    }
    return Result(
      scores: RetrievalScores(final), firstStage: second.map { _ in RetrievalScores(first) },
      reranked: reranked.map(RetrievalScores.init),
      rankings: final.queries.compactMap { ranking in
        ranking.averagePrecision.map {
          Runs.QueryRanking(
            query: dataset.query[ranking.query].name, matchRanks: ranking.matchRanks.map { $0 + 1 },
            averagePrecision: $0.rectangle)
        }
      }, pairs: pairs?.stored(queries: query.count))
  }
}

extension RetrievalScores {
  /// Takes the scores of a result.
  init(_ result: RetrievalResult) {
    self.init(
      mAP: result.mAP, mAPTrapezoid: result.mAPTrapezoid, rank1: result.cmc(1), rank5: result.cmc(5),
      rank10: result.cmc(10), rank20: result.cmc(20), queries: result.countedQueries,
      queriesWithoutMatch: result.queriesWithoutMatch)
  }
}

extension RunStore {
  /// Begins the file of a run's descriptors.
  func descriptorFile(of run: RunIdentity, on dataset: Dataset, dimension: Int) throws -> DescriptorFile {
    func labels(_ images: [LabelledImage]) throws(PlainError) -> RetrievalLabels {
      try RetrievalLabels(identities: images.map(\.identity), cameras: images.map(\.camera))
    }
    return try DescriptorFile(
      replacement(of: .descriptors, of: run), query: labels(dataset.query), gallery: labels(dataset.gallery),
      dimension: dimension)
  }

  /// Writes what a test gave beside the descriptors.
  func write(_ result: TestRanking.Result, of run: RunIdentity) throws {
    if let pairs = result.pairs { try write(try pairs.pieces(), as: .pairs, of: run) }
    try writeRanks(result.rankings, of: run)
  }

  /// The record of a run that was finished just now.
  func finishedRecord(of run: RunIdentity) throws -> RunRecord {
    guard let record = try record(for: run) else {
      throw TrainingError.inconsistent(file: folder(for: run), reason: "the run was removed while it ran")
    }
    return record
  }
}
