/// Finds the image of a dataset that somebody else's file means by a name.
package struct ImageNames: Sendable {
  /// The images' paths below the dataset's folder.
  let paths: [String]
  private var byPath: [String: Int] = [:]
  /// The image that alone has a bare name; −1 where several have it.
  private var byName: [Substring: Int] = [:]
  /// The most parts of a path.
  private var depth = 1

  package init(_ paths: [String]) {
    self.paths = paths
    byPath.reserveCapacity(paths.count)
    byName.reserveCapacity(paths.count)
    for (place, path) in paths.enumerated() {
      byPath[path] = place
      let parts = path.split(separator: "/")
      depth = max(depth, parts.count)
      let name = parts.last ?? ""
      byName[name] = byName[name] == nil ? place : -1
    }
  }

  /// The image whose path is the longest ending of a name, else the one that alone has the bare name.
  package func image(named name: String) -> Int? {
    var starts: [String.Index] = []
    var rest = name[...]
    // By bytes, as the system reads a path.
    while starts.count < depth, let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
      starts.append(name.utf8.index(after: slash))
      rest = rest[..<slash]
    }
    let endings = (starts.count < depth ? [name.startIndex] : []) + starts.reversed()
    for start in endings {
      if let found = byPath[String(name[start...])] { return found }
    }
    let bare = starts.first.map { name[$0...] } ?? name[...]
    return byName[bare].flatMap { $0 < 0 ? nil : $0 }
  }
}
