import Foundation

/// The image files of one split, as its folder lists them.
struct SplitFolder {
  /// Where it is.
  let folder: URL
  /// The names of the images, byte by byte in order; below the folder where the layout goes deeper.
  let names: [String]
  /// Bytes of each image's file, for the fingerprint.
  let sizes: [Int]
  /// How many other files lie there (`Thumbs.db`, hidden files, anything that is no JPEG image by its extension).
  let ignored: Int

  /// Lists a split's folder. Images are not opened: a lying file is found when it is loaded.
  ///
  /// - Throws: ``DatasetError`` where the folder is missing or empty or a name in it is no file.
  init(of split: DatasetLayout.Split, under root: URL, layout: DatasetLayout) throws(DatasetError) {
    let place = layout.folder(of: split)
    folder = root.appendingPathComponent(place, isDirectory: true)
    let listed = try Self.list(folder, isDeep: layout.isDeep) {
      "\(root.path.quoted): the folder \(place.quoted) with the \(split.rawValue) images is missing"
    }
    let base = folder.path
    var found: [(name: String, size: Int)] = []
    var ignored = 0
    for name in listed {
      let last = name.split(separator: "/").last ?? ""
      guard !last.hasPrefix("."), DatasetLayout.imageExtensions.contains(where: last.lowercased().hasSuffix) else {
        ignored += 1
        continue
      }
      let path = "\(base)/\(name)"
      guard let size = RegularFile.size(of: path) else {
        throw DatasetError("\(path.quoted): is not a file that can be read")
      }
      found.append((name, size))
    }
    guard !found.isEmpty else {
      let others = ignored == 0 ? "" : " (it holds \(ignored) other files)"
      throw DatasetError(
        "\(folder.path.quoted): no JPEG images of the \(split.rawValue) split here\(others); "
          + "expected are names that follow \(layout.expectedNames)")
    }
    found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    names = found.map(\.name)
    sizes = found.map(\.size)
    self.ignored = ignored
  }

  /// The names in a folder, or where the layout goes deeper the paths of all files below it.
  private static func list(_ folder: URL, isDeep: Bool, missing: () -> String) throws(DatasetError) -> [String] {
    let files = FileManager.default
    do {
      guard isDeep else { return try files.contentsOfDirectory(atPath: folder.path) }
      return try files.subpathsOfDirectory(atPath: folder.path).filter { name in
        var isFolder: ObjCBool = false
        return !files.fileExists(atPath: folder.path + "/" + name, isDirectory: &isFolder) || !isFolder.boolValue
      }
    } catch {
      guard files.fileExists(atPath: folder.path) else { throw DatasetError(missing()) }
      throw DatasetError("\(folder.path.quoted): cannot be listed (\(error.localizedDescription))")
    }
  }
}
