/// One of the equal parts that a batch is computed in, and what it learns of the others while it is computed.
///
/// The shard is the unit of computing: every product has a shard's shape, and what is summed over shards is summed in one
/// binary tree, neighbours first, `((0+1)+(2+3))+…`. So the numbers depend on how many shards there are, and on nothing
/// else: not on threads, and not on how shards are shared out among processes.
package struct Shard {
  /// Its place among all shards of the batch, from 0.
  package let number: Int
  /// How many shards the batch has.
  package let count: Int
  /// Its place among those that this process computes, from 0.
  package let place: Int
  /// How many shards this process computes.
  package let places: Int
  private let lockstep: Lockstep?

  /// The one shard of a batch that is computed as a whole.
  package static let whole = Shard(number: 0, count: 1, place: 0, places: 1, of: nil)

  init(number: Int, count: Int, place: Int, places: Int, of lockstep: Lockstep?) {
    self.number = number
    self.count = count
    self.place = place
    self.places = places
    self.lockstep = lockstep
  }

  /// Its rows of that part of a batch that this process computes.
  package func rows(of part: Int) -> Range<Int> {
    precondition(part % places == 0, "\(part) images do not fall into \(places) equal shards")
    let rows = part / places
    return place * rows..<(place + 1) * rows
  }

  /// Merges numbers of all shards in the tree. Every shard of the batch must call it as often and in the same order, with
  /// as many numbers; each gets the same result.
  ///
  /// - Parameter merge: makes one of two neighbours' numbers, those of the lower shards first.
  package func merged(_ numbers: [Double], by merge: (_ lower: [Double], _ upper: [Double]) -> [Double]) -> [Double] {
    guard let lockstep else { return numbers }
    return lockstep.meet(numbers, at: place, merge)
  }

  /// The sums of numbers over all shards.
  package func sum(_ numbers: [Double]) -> [Double] {
    merged(numbers) { lower, upper in zip(lower, upper).map { $0 + $1 } }
  }
}
