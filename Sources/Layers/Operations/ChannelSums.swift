import Tensors

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
  ///
  /// - Parameters:
  ///   - vector: for a place (row · channels + channel) and a channel, the sixteen numbers that go into each sum.
  ///   - scalar: the same for one number, where the channels do not fill a vector.
  @inline(__always)
  init(
    rows: Int, channels: Int, on engine: Engine,
    vector: (_ place: Int, _ channel: Int) -> (Vector, Vector),
    scalar: (_ place: Int, _ channel: Int) -> (Float, Float)
  ) {
    let split = Split(count: rows, grain: max(Self.flushRows, (1 << 15) / max(1, channels)))
    let partial = UnsafeMutablePointer<Double>.allocate(capacity: split.chunks * 2 * channels)
    defer { partial.deallocate() }
    partial.update(repeating: 0, count: split.chunks * 2 * channels)
    let vectorChannels = channels & ~15
    engine.parallel(split.chunks) { chunk, _ in
      let firsts = partial + chunk * 2 * channels
      let seconds = firsts + channels
      let range = split[chunk]
      var low = range.lowerBound
      while low < range.upperBound {
        let high = min(low &+ Self.flushRows, range.upperBound)
        var c = 0
        while c < vectorChannels {
          var a = Vector.zero
          var b = Vector.zero
          var place = low &* channels &+ c
          for _ in low..<high {
            let (x, y) = vector(place, c)
            a += x
            b += y
            place &+= channels
          }
          for i in 0..<16 {
            firsts[c &+ i] += Double(a[i])
            seconds[c &+ i] += Double(b[i])
          }
          c &+= 16
        }
        while c < channels {
          var a: Float = 0
          var b: Float = 0
          for row in low..<high {
            let (x, y) = scalar(row &* channels &+ c, c)
            a += x
            b += y
          }
          firsts[c] += Double(a)
          seconds[c] += Double(b)
          c &+= 1
        }
        low = high
      }
    }
    first = Array(repeating: 0, count: channels)
    second = first
    for chunk in 0..<split.chunks {
      for c in 0..<channels {
        first[c] += partial[chunk * 2 * channels + c]
        second[c] += partial[chunk * 2 * channels + channels + c]
      }
    }
  }
}
