import Kernels
import Tensors

/// What goes into the two sums of a channel.
///
/// A protocol rather than closures: the loop is compiled anew for each kind of terms, with them inlined.
protocol ChannelTerms {
  /// The terms of sixteen channels, from a place (row · channels + channel) and its channel.
  func vector(_ place: Int, _ channel: Int) -> (Vector, Vector)
  /// The terms of one channel, where channels do not fill a vector.
  func scalar(_ place: Int, _ channel: Int) -> (Float, Float)
}

/// Two sums per channel over the rows of a `[P, C]` matrix, in double precision where it matters.
///
/// Rows are cut into fixed chunks. Inside a chunk, 128 rows at a time are summed in single precision and flushed into
/// double; chunks are added in order. Plain single-precision sums made the weights' gradients four times less accurate
/// (engine notes, 6).
struct ChannelSums {
  /// The two sums of each channel.
  private(set) var first: [Double]
  private(set) var second: [Double]

  private static let flushRows = 128

  /// Sums over `rows` rows of `channels` channels.
  init(rows: Int, channels: Int, on engine: Engine, _ terms: some ChannelTerms) {
    let split = Split(count: rows, grain: max(Self.flushRows, (1 << 16) / max(1, channels)))
    let partial = UnsafeMutablePointer<Double>.allocate(capacity: split.chunks * 2 * channels)
    defer { partial.deallocate() }
    engine.parallel(split.chunks) { chunk, _ in
      let range = split[chunk]
      (partial + chunk * 2 * channels).initialize(repeating: 0, count: 2 * channels)
      var low = range.lowerBound
      while low < range.upperBound {
        let high = min(low &+ Self.flushRows, range.upperBound)
        Self.add(terms, rows: low..<high, channels: channels, to: partial + chunk * 2 * channels)
        low = high
      }
    }
    for chunk in 1..<split.chunks {
      let more = partial + chunk * 2 * channels
      for sum in 0..<2 * channels { partial[sum] += more[sum] }
    }
    first = Array(UnsafeBufferPointer(start: partial, count: channels))
    second = Array(UnsafeBufferPointer(start: partial + channels, count: channels))
  }

  /// Adds the terms of a few rows to double-precision sums: all first ones, then all second ones.
  @inline(__always)
  private static func add(
    _ terms: some ChannelTerms, rows: Range<Int>, channels: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    var c = 0
    // Four vectors side by side: whole stretches of memory for the prefetcher, eight sums in registers.
    while c &+ 64 <= channels {
      var (a0, a1, a2, a3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var (b0, b1, b2, b3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var place = rows.lowerBound &* channels &+ c
      for _ in rows {
        let t0 = terms.vector(place, c)
        let t1 = terms.vector(place &+ 16, c &+ 16)
        let t2 = terms.vector(place &+ 32, c &+ 32)
        let t3 = terms.vector(place &+ 48, c &+ 48)
        (a0, a1, a2, a3) = (a0 + t0.0, a1 + t1.0, a2 + t2.0, a3 + t3.0)
        (b0, b1, b2, b3) = (b0 + t0.1, b1 + t1.1, b2 + t2.1, b3 + t3.1)
        place &+= channels
      }
      flush(a0, b0, c, channels, sums)
      flush(a1, b1, c &+ 16, channels, sums)
      flush(a2, b2, c &+ 32, channels, sums)
      flush(a3, b3, c &+ 48, channels, sums)
      c &+= 64
    }
    while c &+ 16 <= channels {
      var (a, b) = (Vector.zero, Vector.zero)
      var place = rows.lowerBound &* channels &+ c
      for _ in rows {
        let t = terms.vector(place, c)
        (a, b) = (a + t.0, b + t.1)
        place &+= channels
      }
      flush(a, b, c, channels, sums)
      c &+= 16
    }
    while c < channels {
      var (a, b) = (Float(0), Float(0))
      for row in rows {
        let t = terms.scalar(row &* channels &+ c, c)
        (a, b) = (a + t.0, b + t.1)
      }
      sums[c] += Double(a)
      sums[channels &+ c] += Double(b)
      c &+= 1
    }
  }

  @inline(__always)
  private static func flush(
    _ a: Vector, _ b: Vector, _ channel: Int, _ channels: Int, _ sums: UnsafeMutablePointer<Double>
  ) {
    kernels_add_to_doubles(a, sums + channel)
    kernels_add_to_doubles(b, sums + channels + channel)
  }
}
