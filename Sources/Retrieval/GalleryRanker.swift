/// One query's view of the gallery, reduced to what the protocol asks.
struct GalleryRanker {
  private let gallery: RetrievalLabels

  init(gallery: RetrievalLabels) { self.gallery = gallery }

  /// Ranks the gallery for one query without sorting all of it.
  ///
  /// A gallery image's key is the bits of its distance above its place in the list. Distances are not negative, so
  /// whole-number order of keys is the order by distance and then by place, and no two keys are the same.
  /// (Adding 0 makes of a negative zero, whose bits would come last, a positive one.)
  ///
  /// - Parameters:
  ///   - query: its place among the queries.
  ///   - distances: to each gallery image.
  ///   - top: how many of the best gallery images are kept.
  func rank(
    _ query: Int, of queries: RetrievalLabels, distances: UnsafeBufferPointer<Float>, top: Int
  ) -> Ranking {
    let (identity, camera) = (queries.identities[query], queries.cameras[query])
    var keys: [UInt64] = []
    var matches: [UInt64] = []
    keys.reserveCapacity(distances.count)
    gallery.identities.withUnsafeBufferPointer { identities in
      gallery.cameras.withUnsafeBufferPointer { cameras in
        for place in 0..<distances.count {
          let other = identities[place]
          if other == RetrievalLabels.junk || (other == identity && cameras[place] == camera) { continue }
          let key = UInt64((distances[place] + 0).bitPattern) << 32 | UInt64(place)
          keys.append(key)
          if other == identity && identity > 0 { matches.append(key) }
        }
      }
    }
    matches.sort()
    let ranks = Self.ranks(of: matches, among: keys)
    let best = Self.smallest(top, of: keys).map { Int($0 & 0xffff_ffff) }
    return Ranking(
      query: query, matchRanks: ranks, averagePrecision: AveragePrecision(matchRanks: ranks), top: best)
  }

  /// How many keys lie below each of the ascending `matches`, which are among them.
  static func ranks(of matches: [UInt64], among keys: [UInt64]) -> [Int] {
    guard let last = matches.last else { return [] }
    // below[i]: the keys that lie below match i but not below match i − 1.
    var below = [Int](repeating: 0, count: matches.count)
    for key in keys where key < last {
      var low = 0
      var high = matches.count
      while low < high {
        let middle = (low + high) / 2
        if matches[middle] <= key { low = middle + 1 } else { high = middle }
      }
      below[low] += 1
    }
    var sum = 0
    return below.map { more in
      sum += more
      return sum
    }
  }

  /// The `count` smallest keys, ascending.
  static func smallest(_ count: Int, of keys: [UInt64]) -> [UInt64] {
    guard count > 0 else { return [] }
    if count > 64 || count >= keys.count { return Array(keys.sorted().prefix(count)) }
    var best: [UInt64] = []
    for key in keys {
      if best.count == count {
        if key > best[count - 1] { continue }
        best.removeLast()
      }
      var place = best.count
      while place > 0 && best[place - 1] > key { place -= 1 }
      best.insert(key, at: place)
    }
    return best
  }
}
