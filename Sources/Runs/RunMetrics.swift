/// How well a run's descriptors retrieve: fractions in 0 ... 1, over the queries that have a true match.
package struct RetrievalScores: Codable, Hashable, Sendable {
  /// Mean average precision, rectangle form: the mean over true matches of the precision at that match.
  package var mAP: Double
  /// Mean average precision, trapezoid form: the benchmark's own code.
  package var mAPTrapezoid: Double
  /// Shares of the queries whose first true match is at this rank or before it.
  package var rank1: Double
  package var rank5: Double
  package var rank10: Double
  package var rank20: Double
  /// Queries that were counted.
  package var queries: Int
  /// Queries that were not counted, having no true match from another camera.
  package var queriesWithoutMatch: Int

  package init(
    mAP: Double, mAPTrapezoid: Double, rank1: Double, rank5: Double, rank10: Double, rank20: Double, queries: Int,
    queriesWithoutMatch: Int
  ) {
    self.mAP = mAP
    self.mAPTrapezoid = mAPTrapezoid
    self.rank1 = rank1
    self.rank5 = rank5
    self.rank10 = rank10
    self.rank20 = rank20
    self.queries = queries
    self.queriesWithoutMatch = queriesWithoutMatch
  }

  enum CodingKeys: String, CodingKey {
    case mAP, mAPTrapezoid = "mAP_trapezoid", rank1, rank5, rank10, rank20, queries
    case queriesWithoutMatch = "queries_without_match"
  }
}

/// `metrics.json`: what a finished run was measured at.
package struct RunMetrics: Codable, Hashable, Sendable {
  /// Retrieval by the benchmark's protocol.
  package var retrieval: RetrievalScores
  /// Retrieval by the descriptors alone, where pairs were judged after them; absent where they were not.
  package var firstStage: RetrievalScores?
  /// Retrieval by re-ranked distances; absent where the plan asks for none. The variant stands in the plan.
  package var reranked: RetrievalScores?
  /// Attribute accuracy on the gallery; absent where the attribute task is off, and in old records.
  package var attributes: AttributeScores?
  /// Numbers in a descriptor.
  package var descriptorLength: Int
  /// Trainable numbers of the model.
  package var parameters: Int
  /// Seconds of training, over all sittings.
  package var secondsTraining: Double
  /// Seconds of extracting descriptors and ranking.
  package var secondsEvaluating: Double
  /// Images per second over the whole of training.
  package var imagesPerSecond: Double
  /// The process's largest resident size, in GiB.
  package var peakMemoryGiB: Double

  package init(
    retrieval: RetrievalScores, firstStage: RetrievalScores? = nil, reranked: RetrievalScores? = nil,
    attributes: AttributeScores? = nil,
    descriptorLength: Int, parameters: Int, secondsTraining: Double,
    secondsEvaluating: Double, imagesPerSecond: Double, peakMemoryGiB: Double
  ) {
    self.retrieval = retrieval
    self.firstStage = firstStage
    self.reranked = reranked
    self.attributes = attributes
    self.descriptorLength = descriptorLength
    self.parameters = parameters
    self.secondsTraining = secondsTraining
    self.secondsEvaluating = secondsEvaluating
    self.imagesPerSecond = imagesPerSecond
    self.peakMemoryGiB = peakMemoryGiB
  }

  enum CodingKeys: String, CodingKey {
    case retrieval, reranked, attributes, parameters
    case firstStage = "first_stage"
    case descriptorLength = "descriptor_length"
    case secondsTraining = "seconds_training"
    case secondsEvaluating = "seconds_evaluating"
    case imagesPerSecond = "images_per_second"
    case peakMemoryGiB = "peak_memory_gib"
  }
}

/// How well a run predicts attributes, over the gallery images of real identities: fractions in 0 ... 1 by attribute.
package struct AttributeScores: Codable, Hashable, Sendable {
  /// The share of images that is right; an image without a labelled colour counts as wrong for that colour.
  package var accuracy: [String: Double]
  /// The mean accuracy over the attributes.
  package var mean: Double
  /// The accuracy of always saying the most frequent class.
  package var majority: [String: Double]
  /// The accuracy that unlabelled colours leave to a perfect prediction.
  package var ceiling: [String: Double]
  /// The mean over the classes that have images of the share that is right.
  package var balanced: [String: Double]

  package init(
    accuracy: [String: Double], mean: Double, majority: [String: Double], ceiling: [String: Double],
    balanced: [String: Double]
  ) {
    self.accuracy = accuracy
    self.mean = mean
    self.majority = majority
    self.ceiling = ceiling
    self.balanced = balanced
  }
}

/// How one query's true matches were ranked: an entry of `ranks.json`.
package struct QueryRanking: Codable, Hashable, Sendable {
  /// The query image's file name.
  package var query: String
  /// The ranks of its true matches, counted from 1, rising, junk left out.
  package var matchRanks: [Int]
  /// Average precision, rectangle form.
  package var averagePrecision: Double

  package init(query: String, matchRanks: [Int], averagePrecision: Double) {
    self.query = query
    self.matchRanks = matchRanks
    self.averagePrecision = averagePrecision
  }

  enum CodingKeys: String, CodingKey {
    case query
    case matchRanks = "match_ranks"
    case averagePrecision = "average_precision"
  }
}
