/// Which queries a figure shows: a rule, so that nobody picks them by hand.
package enum ExampleChoice {
  /// The rule in words, for captions.
  static let words = "spaced evenly over the queries that have a true match, in the order of their file names"

  /// `count` of `total` places, spaced evenly: the middles of as many equal stretches, each place once.
  package static func evenly(_ count: Int, of total: Int) -> [Int] {
    let shown = min(count, total)
    return (0..<max(0, shown)).map { (2 * $0 + 1) * total / (2 * shown) }
  }

  /// The rule of ``hard(of:)`` in words, for captions, where it chose so many: of few numbers the tenth is the least.
  static func hardWords(_ count: Int) -> String {
    let others = [2: " and the one at a quarter of all", 3: " and those at a tenth and a quarter of all"]
    return "the one of the least average precision" + (others[count].map { "\($0) by average precision" } ?? "")
  }

  /// The places of the least number and of those that a tenth and a quarter of all numbers lie below: hard ones, of
  /// several degrees. Each once; of equal numbers the first.
  package static func hard(of numbers: [Double]) -> [Int] {
    let order = worst(numbers.count, of: numbers)
    let ranks = Set([0, numbers.count / 10, numbers.count / 4]).filter(order.indices.contains)
    return ranks.sorted().map { order[$0] }
  }

  /// The `count` places of the least numbers, the least first, of equal ones the first; without those in `taken`.
  package static func worst(_ count: Int, of numbers: [Double], without taken: [Int] = []) -> [Int] {
    let order = numbers.indices.filter { !taken.contains($0) }.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    return Array(order.prefix(count))
  }
}
