import Foundation

/// Results put in their places by several threads.
final class Placed<Value: Sendable>: @unchecked Sendable {
  // Unchecked: every access to `places` holds `lock`.
  private let lock = NSLock()
  private var places: [Value?]

  init(count: Int) { places = Array(repeating: nil, count: count) }

  var values: [Value] { lock.withLock { places.compactMap { $0 } } }

  subscript(place: Int) -> Value? {
    get { lock.withLock { places[place] } }
    set { lock.withLock { places[place] = newValue } }
  }
}
