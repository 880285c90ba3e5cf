import Machine

/// The processes that compute one run together: this one among them, and what they tell each other.
///
/// Every rank calls the same of these functions in the same order.
package final class Ranks: Sendable {
  private let link: (any RankLink)?
  /// The same processes by a way of its own, which one thread may use while another uses this one; nil where there is none.
  package let aside: Ranks?

  /// One process that has nobody beside it.
  package static let alone = Ranks(nil)

  package init(_ link: (any RankLink)?) {
    self.link = link
    aside = link?.aside.map { Ranks($0) }
  }

  /// This process's number, from 0.
  package var rank: Int { link?.rank ?? 0 }
  package var count: Int { link?.count ?? 1 }
  /// Whether it decides, writes and prints: the first one does.
  package var isLeader: Bool { rank == 0 }

  /// The worker threads of a rank that is told nothing else: where several ranks share a machine that none of them is bound
  /// to a part of, its processors are shared out.
  package var threads: Int {
    Processors.isBound ? Engine.availableThreads : max(1, Engine.availableThreads / (link?.countHere ?? 1))
  }

  /// This rank's part of so many rows, which are shared out equally and in order.
  package func share(of rows: Int) -> Range<Int> {
    let own = rows / count
    return rank * own..<(rank + 1) * own
  }

  /// Merges numbers of all ranks, as many of each, in the tree of ``Shard``. Their count is a power of two.
  package func merged(_ numbers: [Double], by merge: (_ lower: [Double], _ upper: [Double]) -> [Double]) -> [Double] {
    guard let link else { return numbers }
    var own = numbers
    var distance = 1
    while distance < count {
      let other = [Double](unsafeUninitializedCapacity: own.count) { buffer, filled in
        own.withUnsafeBytes { link.exchange($0, for: UnsafeMutableRawBufferPointer(buffer), with: rank ^ distance) }
        filled = own.count
      }
      own = rank & distance == 0 ? merge(own, other) : merge(other, own)
      distance *= 2
    }
    return own
  }

  /// Replaces numbers by their sums over all ranks, in the same tree. Their count is a power of two.
  ///
  /// At each step two ranks halve what they have between them, nearest ranks first, and each adds up one half; then the
  /// halves go back the same way. `a + b` is `b + a` bit for bit, so that it does not matter who adds. Long vectors go in
  /// pieces that stay in a processor's cache.
  package func sum(_ numbers: UnsafeMutableBufferPointer<Float>) {
    guard let link, count > 1 else { return }
    let received = UnsafeMutablePointer<Float>.allocate(capacity: (min(numbers.count, Self.piece) + 1) / 2)
    defer { received.deallocate() }
    for start in stride(from: 0, to: numbers.count, by: Self.piece) {
      let end = min(start + Self.piece, numbers.count)
      sum(UnsafeMutableBufferPointer(rebasing: numbers[start..<end]), over: link, by: received)
    }
  }

  /// Numbers of a vector that travel at a time: 2 MB.
  private static let piece = 1 << 19

  private func sum(
    _ numbers: UnsafeMutableBufferPointer<Float>, over link: any RankLink, by received: UnsafeMutablePointer<Float>
  ) {
    guard let start = numbers.baseAddress else { return }
    func sent(_ range: Range<Int>) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(UnsafeBufferPointer(start: start + range.lowerBound, count: range.count))
    }
    func place(_ memory: UnsafeMutablePointer<Float>, _ count: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: memory, count: count))
    }
    /// The half of a range that this rank keeps, and the other one.
    func halves(_ range: Range<Int>, _ distance: Int) -> (own: Range<Int>, other: Range<Int>) {
      let middle = range.lowerBound + range.count / 2
      let (lower, upper) = (range.lowerBound..<middle, middle..<range.upperBound)
      return rank & distance == 0 ? (lower, upper) : (upper, lower)
    }
    var range = 0..<numbers.count
    var wider: [Range<Int>] = []
    var distance = 1
    while distance < count {
      let (own, other) = halves(range, distance)
      link.exchange(sent(other), for: place(received, own.count), with: rank ^ distance)
      let mine = start + own.lowerBound
      for i in 0..<own.count { mine[i] += received[i] }
      wider.append(range)
      range = own
      distance *= 2
    }
    while let whole = wider.popLast() {
      distance /= 2
      let (own, other) = halves(whole, distance)
      link.exchange(sent(own), for: place(start + other.lowerBound, other.count), with: rank ^ distance)
      range = whole
    }
  }

  /// Whether any rank says yes.
  package func any(_ answer: Bool) -> Bool { merged([answer ? 1 : 0]) { [max($0[0], $1[0])] }[0] > 0 }

  /// Gives all ranks the leader's bytes, in place.
  package func share(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let link else { return }
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    if isLeader {
      for peer in 1..<count { link.exchange(UnsafeRawBufferPointer(bytes), for: none, with: peer) }
    } else {
      link.exchange(UnsafeRawBufferPointer(none), for: bytes, with: 0)
    }
  }

  /// The leader's bytes, of which the others need not know how many there are.
  package func shared(_ bytes: [UInt8]) -> [UInt8] {
    guard link != nil else { return bytes }
    var count = bytes.count
    withUnsafeMutableBytes(of: &count) { share($0) }
    var own = isLeader ? bytes : [UInt8](repeating: 0, count: count)
    own.withUnsafeMutableBytes { share($0) }
    return own
  }

  /// At the leader the numbers of each rank, of which it knows how many there are; elsewhere this rank's own.
  package func gathered(_ numbers: [Float], counts: [Int]) -> [[Float]] {
    guard let link else { return [numbers] }
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    guard isLeader else {
      numbers.withUnsafeBytes { link.exchange($0, for: none, with: 0) }
      return [numbers]
    }
    return [numbers]
      + (1..<count).map { peer in
        [Float](unsafeUninitializedCapacity: counts[peer]) { buffer, filled in
          link.exchange(UnsafeRawBufferPointer(none), for: UnsafeMutableRawBufferPointer(buffer), with: peer)
          filled = counts[peer]
        }
      }
  }

  /// At the leader the text of each rank, elsewhere none.
  package func gathered(_ text: String) -> [String] {
    guard let link else { return [text] }
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    var bytes = Array(text.utf8)
    var length = bytes.count
    guard isLeader else {
      withUnsafeBytes(of: &length) { link.exchange($0, for: none, with: 0) }
      bytes.withUnsafeBytes { link.exchange($0, for: none, with: 0) }
      return []
    }
    return [text]
      + (1..<count).map { peer in
        withUnsafeMutableBytes(of: &length) { link.exchange(UnsafeRawBufferPointer(none), for: $0, with: peer) }
        bytes = Array(repeating: 0, count: length)
        bytes.withUnsafeMutableBytes { link.exchange(UnsafeRawBufferPointer(none), for: $0, with: peer) }
        return String(decoding: bytes, as: UTF8.self)
      }
  }

  /// Leaves, together with all others.
  package func finish() { link?.finish() }

  /// Ends all ranks at once, where the others wait for something that will not come.
  package func abort(code: Int32) { link?.abort(code: code) }
}
