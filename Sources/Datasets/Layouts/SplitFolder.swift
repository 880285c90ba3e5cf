import Foundation

/// The images of one split, read from the names in its folder.
struct SplitFolder {
  /// The images in the order of their names, byte by byte.
  let images: [LabelledImage]
  /// Bytes of each image's file, for the fingerprint.
  let sizes: [Int]
  /// How many other files lie there (`Thumbs.db`, hidden files, anything that is no JPEG image by its extension).
  let ignored: Int

  /// Lists a split's folder. Images are not opened: a lying file is found when it is loaded.
  ///
  /// - Throws: ``DatasetError`` where the folder is missing or empty or holds an image whose name says nothing.
  init(of split: DatasetLayout.Split, under root: URL, layout: DatasetLayout) throws(DatasetError) {
    let folder = root.appendingPathComponent(split.folder, isDirectory: true)
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      let exists = FileManager.default.fileExists(atPath: folder.path)
      throw DatasetError(
        exists
          ? "\(folder.path.quoted): cannot be listed (\(error.localizedDescription))"
          : "\(root.path.quoted): the folder '\(split.folder)' with the \(split.rawValue) images is missing")
    }
    var found: [(image: LabelledImage, size: Int)] = []
    var ignored = 0
    for name in names {
      guard !name.hasPrefix("."), DatasetLayout.imageExtensions.contains(where: name.lowercased().hasSuffix) else {
        ignored += 1
        continue
      }
      guard let (identity, camera) = layout.labels(ofFileNamed: name) else {
        throw DatasetError(
          "\(folder.path.quoted): the name \(name.quoted) does not follow the layout '\(layout.rawValue)': "
            + "\(layout.pattern). Remove the file, or correct the dataset's layout in datasets.yaml")
      }
      let file = folder.appendingPathComponent(name, isDirectory: false)
      guard let size = RegularFile.size(of: file.path) else {
        throw DatasetError("\(file.path.quoted): is not a file that can be read")
      }
      found.append((LabelledImage(file: file, name: name, identity: identity, camera: camera), size))
    }
    guard !found.isEmpty else {
      let others = ignored == 0 ? "" : " (it holds \(ignored) other files)"
      throw DatasetError(
        "\(folder.path.quoted): no JPEG images of the \(split.rawValue) split here\(others); "
          + "expected are names like \(layout.pattern)")
    }
    found.sort { $0.image.name.utf8.lexicographicallyPrecedes($1.image.name.utf8) }
    images = found.map(\.image)
    sizes = found.map(\.size)
    self.ignored = ignored
  }
}
