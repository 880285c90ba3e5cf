import Foundation
import Tensors

/// What a training step takes where several ranks share it out: how much is computing, how much of the exchange of
/// gradients is hidden behind it, and what more ranks on a given network would give.
package struct ScaleBench {
  /// A step of this process, in seconds.
  package struct Step: Codable, Sendable {
    package let seconds: Double
    /// What is neither meeting nor waiting.
    package let secondsComputing: Double
    /// Waiting for other ranks where shards meet: BatchNorm's sums, the losses.
    package let secondsMeeting: Double
    /// Gradients on their way, whether or not anything was computed meanwhile.
    package let secondsExchanging: Double
    /// Waiting for gradients when the reverse pass was over.
    package let secondsWaiting: Double
    /// The share of the exchange behind which something was computed; nil for one rank.
    package let hidden: Double?

    enum CodingKeys: String, CodingKey {
      case seconds, hidden
      case secondsComputing = "seconds_computing"
      case secondsMeeting = "seconds_meeting"
      case secondsExchanging = "seconds_exchanging"
      case secondsWaiting = "seconds_waiting"
    }
  }

  /// What was measured, and what follows.
  package struct Result: Codable, Sendable {
    package let ranks: Int
    package let threads: Int
    /// Images of the whole batch.
    package let batch: Int
    package let shards: Int
    package let blasKernels: String
    /// Bytes of all gradients.
    package let bytes: Int
    /// How often shards meet in a step, and the bytes that each brings to all of it.
    package let meetings: Int
    package let bytesMeeting: Int
    /// The median step of those that were measured.
    package let step: Step
    package let imagesPerSecond: Double
    /// What numbers of ranks would give, each computing as many images as this one.
    package let foretold: [Foretold]

    enum CodingKeys: String, CodingKey {
      case ranks, threads, batch, shards, bytes, meetings, step, foretold
      case blasKernels = "blas_kernels"
      case bytesMeeting = "bytes_meeting"
      case imagesPerSecond = "images_per_s"
    }
  }

  private let bench: TrainingBench

  package init(_ bench: TrainingBench) { self.bench = bench }

  /// Takes a step to warm up and then `repeats` more.
  ///
  /// - Parameters:
  ///   - link: what ranks are foretold over.
  ///   - counts: how many ranks.
  package func run(repeats: Int, over link: NetworkLink, counts: [Int]) -> Result {
    bench.train()
    var steps: [(step: Step, course: StepCourse)] = []
    for _ in 0..<max(1, repeats) { steps.append(measuredStep()) }
    steps.sort { $0.step.seconds < $1.step.seconds }
    let (step, course) = steps[steps.count / 2]
    let own = bench.images / bench.ranks.count
    return Result(
      ranks: bench.ranks.count, threads: bench.engine.workers.count, batch: bench.images, shards: bench.lockstep.count,
      blasKernels: MatrixProduct.kernels, bytes: course.parcels.reduce(0) { $0 + $1.bytes },
      meetings: course.meetings, bytesMeeting: course.bytesMeeting, step: step,
      imagesPerSecond: Double(bench.images) / step.seconds,
      foretold: counts.map { Foretold(ranks: $0, images: own, course, over: link) })
  }

  private func measuredStep() -> (Step, StepCourse) {
    let (exchange, lockstep) = (bench.exchange, bench.lockstep)
    let (before, met) = (exchange.cost, lockstep.cost)
    let seconds = ContinuousClock().measure { bench.train() } / .seconds(1)
    let meeting = lockstep.cost.seconds - met.seconds
    let exchanging = exchange.cost.secondsExchanging - before.secondsExchanging
    let waiting = exchange.cost.secondsWaiting - before.secondsWaiting
    let isAlone = bench.ranks.count == 1
    let step = Step(
      seconds: seconds, secondsComputing: seconds - meeting - waiting, secondsMeeting: meeting,
      secondsExchanging: exchanging, secondsWaiting: waiting,
      hidden: isAlone || exchanging <= 0 ? nil : max(0, 1 - waiting / exchanging))
    let pass = exchange.course
    // The waiting at meetings moved what came after it, in proportion to how much of the pass was over.
    let pace = max(0, 1 - meeting / pass.seconds)
    let course = StepCourse(
      parcels: pass.parcels.map { ($0.bytes, $0.readyAt * pace) }, secondsOfPass: pass.seconds * pace,
      secondsComputing: step.secondsComputing, meetings: lockstep.cost.meetings - met.meetings,
      bytesMeeting: (lockstep.cost.numbers - met.numbers) * MemoryLayout<Double>.size)
    return (step, course)
  }
}

/// A step's computing on one rank, and when each parcel of gradients was ready to go.
struct StepCourse {
  let parcels: [(bytes: Int, readyAt: Double)]
  /// Forward and back.
  let secondsOfPass: Double
  /// The pass, and the parameters' update behind it.
  let secondsComputing: Double
  let meetings: Int
  let bytesMeeting: Int
}

/// A network between ranks: each sends and receives at the same time.
package struct NetworkLink: Codable, Sendable {
  package let bitsPerSecond: Double
  /// Seconds that a message takes beside its bytes.
  package let latency: Double

  package init(bitsPerSecond: Double, latency: Double) {
    self.bitsPerSecond = bitsPerSecond
    self.latency = latency
  }

  enum CodingKeys: String, CodingKey {
    case bitsPerSecond = "bits_per_s"
    case latency = "seconds_latency"
  }

  /// Seconds until so many bytes have gone in one message.
  fileprivate func seconds(_ bytes: Double) -> Double { latency + 8 * bytes / bitsPerSecond }

  /// Summing a parcel over ranks, as `Ranks.sum` does: what is left is halved at each step, log₂ N of them, and comes back
  /// the same way, so that 2 · (1 − 1/N) of it passes each link; and a message a step that says what the parcel has.
  fileprivate func seconds(summing bytes: Int, among ranks: Int) -> Double {
    var (seconds, part) = (0.0, Double(bytes))
    for _ in 0..<ranks.trailingZeroBitCount {
      part /= 2
      seconds += 2 * self.seconds(part) + latency
    }
    return seconds
  }
}

/// What so many ranks would take for a step, each for as many images.
///
/// The steps of the exchange are put one after the other, each beginning when its parcel is ready and the one before is
/// through; what is over after the pass is waited for. Meetings are waited for in full. Ranks are taken to be equally fast.
package struct Foretold: Codable, Sendable {
  package let ranks: Int
  package let imagesPerSecond: Double
  package let secondsExchanging: Double
  package let secondsWaiting: Double
  package let secondsMeeting: Double
  /// The share of the exchange behind which something is computed; nil for one rank.
  package let hidden: Double?
  /// Images a second against as many times those of one rank.
  package let efficiency: Double

  enum CodingKeys: String, CodingKey {
    case ranks, hidden, efficiency
    case imagesPerSecond = "images_per_s"
    case secondsExchanging = "seconds_exchanging"
    case secondsWaiting = "seconds_waiting"
    case secondsMeeting = "seconds_meeting"
  }

  init(ranks: Int, images: Int, _ course: StepCourse, over link: NetworkLink) {
    let rounds = Double(ranks.trailingZeroBitCount)
    let meeting =
      rounds * (Double(course.meetings) * link.latency + 8 * Double(course.bytesMeeting) / link.bitsPerSecond)
    // Meetings make the pass longer, and what is ready in it later.
    let pace = 1 + meeting / max(course.secondsOfPass, 1e-9)
    var (end, exchanging) = (0.0, 0.0)
    for parcel in course.parcels where ranks > 1 {
      let seconds = link.seconds(summing: parcel.bytes, among: ranks)
      end = max(end, parcel.readyAt * pace) + seconds
      exchanging += seconds
    }
    let waiting = max(0, end - course.secondsOfPass * pace)
    let seconds = course.secondsComputing + meeting + waiting
    self.ranks = ranks
    imagesPerSecond = Double(images * ranks) / seconds
    (secondsExchanging, secondsWaiting, secondsMeeting) = (exchanging, waiting, meeting)
    hidden = ranks == 1 ? nil : max(0, 1 - waiting / exchanging)
    efficiency = course.secondsComputing / seconds
  }
}
