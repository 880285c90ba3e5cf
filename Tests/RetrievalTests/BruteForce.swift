import Retrieval
import Tensors

/// The protocol in plain loops over a full sort: the oracle.
struct BruteForce {
  var mAP = 0.0
  var mAPTrapezoid = 0.0
  var cmc = [1: 0.0, 5: 0.0, 10: 0.0, 20: 0.0]
  var counted = 0
  var orders: [[Int]] = []

  init(distances: [[Float]], query: RetrievalLabels, gallery: RetrievalLabels) {
    for q in 0..<query.count {
      let kept = (0..<gallery.count).filter { g in
        gallery.identities[g] != -1
          && !(gallery.identities[g] == query.identities[q] && gallery.cameras[g] == query.cameras[q])
      }
      let order = kept.sorted { a, b in
        distances[q][a] != distances[q][b] ? distances[q][a] < distances[q][b] : a < b
      }
      orders.append(order)
      let good = order.map { query.identities[q] > 0 && gallery.identities[$0] == query.identities[q] }
      let total = good.count { $0 }
      if total == 0 { continue }
      counted += 1
      var found = 0
      var old = 1.0
      for (place, isGood) in good.enumerated() {
        if isGood { found += 1 }
        let precision = Double(found) / Double(place + 1)
        if isGood {
          mAP += precision / Double(total)
          mAPTrapezoid += (old + precision) / 2 / Double(total)
          if found == 1 { for rank in cmc.keys where place < rank { cmc[rank, default: 0] += 1 } }
        }
        old = precision
      }
    }
    mAP /= Double(counted)
    mAPTrapezoid /= Double(counted)
    for rank in cmc.keys { cmc[rank, default: 0] /= Double(counted) }
  }
}

/// A small set whose numbers are whole, so that distances are exact and ties are many.
struct RandomCase {
  let query: LabelledDescriptors
  let gallery: LabelledDescriptors

  init(seed: UInt64) throws {
    var stream = RandomStream(seed: seed, name: "retrieval case")
    let dimension = 1 + stream.int(below: 4)
    let people = 1 + stream.int(below: 6)
    func set(_ count: Int, identities: Range<Int>) throws -> LabelledDescriptors {
      try LabelledDescriptors(
        values: (0..<count * dimension).map { _ in Float(stream.int(below: 4)) }, dimension: dimension,
        identities: (0..<count).map { _ in identities.lowerBound + stream.int(below: identities.count) },
        cameras: (0..<count).map { _ in 1 + stream.int(below: 3) })
    }
    query = try set(1 + stream.int(below: 12), identities: 0..<people + 2)  // the last one may be nowhere
    gallery = try set(1 + stream.int(below: 60), identities: -1..<people + 1)
  }

  /// Distances of whole-number descriptors, exact up to one rounded root.
  var distances: [[Float]] {
    let dimension = query.descriptors.dimension
    return (0..<query.count).map { q in
      (0..<gallery.count).map { g in
        var sum: Float = 0
        for i in 0..<dimension {
          let difference =
            query.descriptors.values[q * dimension + i] - gallery.descriptors.values[g * dimension + i]
          sum += difference * difference
        }
        return sum.squareRoot()
      }
    }
  }
}
