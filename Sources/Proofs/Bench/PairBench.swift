import Experiments
import Foundation
import Models
import Support
import Tensors

/// Times the second stage of a ranking: judging each query's nearest gallery images in pairs, on made-up maps.
package struct PairBench {
  /// What a bench measured.
  package struct Result: Codable, Sendable {
    package let queries: Int
    package let gallery: Int
    /// Pairs of each query.
    package let first: Int
    /// Rows and columns of the maps, the coarsest first.
    package let maps: [[Int]]
    /// Channels of each map.
    package let width: Int
    /// Worker threads.
    package let threads: Int
    /// The kernel set that OpenBLAS runs.
    package let blasKernels: String
    /// Seconds for all pairs, from maps to judgements.
    package let seconds: Double
    package let pairsPerSecond: Double
    /// The process's largest resident size, in GiB: the queries' maps, and little else.
    package let peakMemoryGiB: Double
    /// The same after a tenth of the gallery: all that there will be, since a gallery image's maps do not stay.
    package let memoryAfterTenthGiB: Double
    /// The mean of z₀ − z₁, so that two machines can be seen to have computed the same.
    package let meanDifference: Double

    enum CodingKeys: String, CodingKey {
      case queries, gallery, first, maps, width, threads, seconds
      case blasKernels = "blas_kernels"
      case pairsPerSecond = "pairs_per_second"
      case peakMemoryGiB = "peak_rss_gib"
      case memoryAfterTenthGiB = "peak_rss_after_tenth_gib"
      case meanDifference = "mean_difference"
    }
  }

  private let queries: Int
  private let gallery: Int
  private let first: Int
  private let task: PairsTask
  private let height: Int
  private let width: Int

  /// Images in one pass, as `evaluate.batch` has them.
  private static let batch = 64

  /// - Parameters:
  ///   - first: pairs of each query.
  ///   - scales: S.
  ///   - channels: V.
  ///   - height: rows of the images' pixels; a map's are a 32nd, a 16th, an 8th of them.
  package init(queries: Int, gallery: Int, first: Int, scales: Int, channels: Int, height: Int, width: Int) {
    self.queries = queries
    self.gallery = gallery
    self.first = min(first, gallery)
    task = PairsTask(scales: scales, width: channels)
    self.height = height
    self.width = width
  }

  /// Judges every pair once.
  package func run(threads: Int) throws(PlainError) -> Result {
    let engine = Engine(threads: threads)
    var tasks = TaskSet(only: [])
    tasks.pairs = task
    let model = AANet(
      AANetConfiguration(
        backbone: ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 1, lastStride: 2), tasks: tasks,
        loss: LossSettings(weights: .fixed([.pairs: 1])), labels: TrainingLabels(identities: 2)), on: engine)
    model.initialise(seed: 0)
    guard let head = model.pairHead else { throw PlainError("no task judges pairs") }
    let maps = (0..<task.scales).map { [(height / 32) << $0, (width / 32) << $0] }
    var rescoring = PairRescoring(
      head, queries: Self.images(queries, maps, task.width, "queries", on: engine), first: first, places: places(),
      gallery: gallery, on: engine)
    // One batch of images stands for all: a gallery image's maps do not stay.
    let images = Self.images(min(Self.batch, gallery), maps, task.width, "gallery", on: engine)
    var seconds = 0.0
    var memory: Double?
    let clock = ContinuousClock()
    for start in stride(from: 0, to: gallery, by: Self.batch) {
      let range = start..<min(start + Self.batch, gallery)
      let beginning = clock.now
      rescoring.judge(range, maps: images.map { $0.view([range.count] + $0.shape.dropFirst(), offset: 0) })
      seconds += (clock.now - beginning) / .seconds(1)
      if memory == nil, range.upperBound >= gallery / 10 { memory = ProcessUsage.peakMemoryGiB }
    }
    return Result(
      queries: queries, gallery: gallery, first: first, maps: maps, width: task.width, threads: threads,
      blasKernels: MatrixProduct.kernels, seconds: seconds, pairsPerSecond: Double(queries * first) / seconds,
      peakMemoryGiB: ProcessUsage.peakMemoryGiB, memoryAfterTenthGiB: memory ?? ProcessUsage.peakMemoryGiB,
      meanDifference: rescoring.differences.reduce(0) { $0 + Double($1) } / Double(max(1, queries * first)))
  }

  /// The gallery images of each query: as if the first stage had found them, all over the gallery.
  private func places() -> [Int] {
    var stream = RandomStream(seed: 0, name: "pair bench")
    return (0..<queries).flatMap { _ in
      // One of each of `first` stretches of the gallery: no image twice.
      (0..<first).map { number in
        let stretch = gallery * number / first..<gallery * (number + 1) / first
        return stretch.lowerBound + stream.int(below: stretch.count)
      }
    }
  }

  /// Maps as behind a ReLU; from the 65th image on those of the first again.
  private static func images(
    _ count: Int, _ maps: [[Int]], _ channels: Int, _ name: String, on engine: Engine
  ) -> [Tensor] {
    maps.enumerated().map { scale, sides in
      let tensor = engine.empty([count] + sides + [channels])
      let size = sides[0] * sides[1] * channels
      let drawn = min(count, batch) * size
      var stream = RandomStream(seed: UInt64(scale), name: "pair bench \(name)")
      for place in 0..<drawn { tensor.pointer[place] = Float(max(0, stream.uniform() - 0.5)) }
      for image in min(count, batch)..<max(count, batch) where image < count {
        (tensor.pointer + image * size).update(from: tensor.pointer + image % batch * size, count: size)
      }
      return tensor
    }
  }
}
