import Foundation
import Support
import Tensors

/// The image files of one split, as its folder lists them.
struct SplitFolder {
  let folder: URL
  /// The names of the images, byte by byte in order; below the folder where the layout goes deeper.
  let names: [String]
  /// How many other files lie there (`Thumbs.db`, hidden files, anything that is no JPEG image by its extension).
  let ignored: Int

  /// Lists a split's folder. Images are not opened: a lying file is found when it is loaded.
  ///
  /// - Throws: ``PlainError`` where the folder is missing or empty or a name in it is no file.
  init(of split: DatasetLayout.Split, under root: URL, layout: DatasetLayout) throws(PlainError) {
    let place = layout.folder(of: split)
    folder = root.appendingPathComponent(place, isDirectory: true)
    let listed = try Self.list(folder, isDeep: layout.isDeep) {
      "\(root.path.quoted): the folder \(place.quoted) with the \(split.rawValue) images is missing"
        + layout.whereElse(below: root)
    }
    let base = folder.path
    var found: [String] = []
    var ignored: [String] = []
    for name in listed {
      let last = name.split(separator: "/").last ?? ""
      guard !last.hasPrefix("."), DatasetLayout.imageExtensions.contains(where: last.lowercased().hasSuffix) else {
        ignored.append(name)
        continue
      }
      let path = "\(base)/\(name)"
      switch RegularFile.standing(of: path) {
      case .file: found.append(name)
      case .folder: throw PlainError("\(path.quoted): is a folder under the name of an image; rename or remove it")
      case .other: throw PlainError("\(path.quoted): is not a regular file; remove it")
      case .missing: throw PlainError("\(path.quoted): is a link to a file that is not there; mend or remove it")
      case .unreachable(let reason): throw PlainError("\(path.quoted): cannot be reached \(reason)")
      }
    }
    guard !found.isEmpty else {
      let others = ignored.sorted().first.map {
        " (it holds \(ignored.count) other files, such as \($0.quoted); images are read as JPEG only)"
      }
      throw PlainError(
        "\(folder.path.quoted): no JPEG images of the \(split.rawValue) split here\(others ?? ""); "
          + "expected are names that follow \(layout.expectedNames)")
    }
    names = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    self.ignored = ignored.count
  }

  /// The names in a folder, or where the layout goes deeper the paths of all files below it.
  private static func list(_ folder: URL, isDeep: Bool, missing: () -> String) throws(PlainError) -> [String] {
    guard RegularFile.standing(of: folder.path) != .missing else { throw PlainError(missing()) }
    let names: [String]
    do throws(PlainError) { names = try RegularFile.names(in: folder.path) } catch {
      throw PlainError("\(folder.path.quoted): \(error.description)")
    }
    guard isDeep else { return names }
    do {
      return try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { name in
        RegularFile.standing(of: folder.path + "/" + name) != .folder
      }
    } catch {
      throw PlainError("\(folder.path.quoted): cannot be listed (\(error.localizedDescription))")
    }
  }
}
