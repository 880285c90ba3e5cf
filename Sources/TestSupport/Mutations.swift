import Tensors

/// Damaged copies of an input, the same ones each time: what a fuzzer does in hours, in its small form for every build.
package struct Mutations: Sequence, IteratorProtocol {
  private let sound: [UInt8]
  private let words: [[UInt8]]
  private var left: Int
  private var stream: RandomStream

  /// - Parameters:
  ///   - sound: the bytes that are damaged.
  ///   - words: texts that mean something in this kind of input, to be put in anywhere.
  ///   - count: how many copies there are.
  ///   - name: what tells these copies from those of another test.
  package init(of sound: [UInt8], words: [String] = [], count: Int, name: String) {
    self.sound = sound
    self.words = words.map { Array($0.utf8) }
    left = count
    stream = RandomStream(seed: 6, name: "mutations/\(name)")
  }

  /// The next copy, damaged in one to four places.
  package mutating func next() -> [UInt8]? {
    guard left > 0 else { return nil }
    left -= 1
    var bytes = sound
    for _ in 0...stream.int(below: 4) { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let place = stream.int(below: bytes.count + 1)
    let end = Swift.min(bytes.count, place + 1 + stream.int(below: 1 + stream.int(below: 64)))
    switch stream.int(below: words.isEmpty ? 6 : 8) {
    case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(stream.int(below: 8)) }
    case 1: if place < bytes.count { bytes[place] = [0, 0x7F, 0x80, 0xFF][stream.int(below: 4)] }
    case 2: if place < bytes.count { bytes[place] = UInt8(stream.int(below: 256)) }
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.insert(contentsOf: bytes[place..<end], at: stream.int(below: bytes.count + 1))
    case 5: if stream.chance(0.2) { bytes.removeLast(bytes.count - place) }
    default: bytes.insert(contentsOf: words[stream.int(below: words.count)], at: place)
    }
  }
}
