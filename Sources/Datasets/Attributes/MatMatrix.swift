import CMatIO
import Foundation

/// An array of numbers of a MATLAB file, column after column.
struct MatMatrix {
  let rows: Int
  let columns: Int
  let values: [Double]

  /// One column's numbers.
  func column(_ place: Int) -> ArraySlice<Double> { values[place * rows..<(place + 1) * rows] }
}

extension MatFile {
  /// The most variables that are looked at.
  private static let maximumVariables = 64

  /// The names of the variables, in the file's order.
  ///
  /// - Throws: ``DatasetError`` where there are none or very many.
  func variableNames() throws(DatasetError) -> [String] {
    var count = 0
    guard let names = Mat_GetDir(handle, &count), count > 0, count <= Self.maximumVariables else {
      throw DatasetError("\(path): has no variables, or more than \(Self.maximumVariables)")
    }
    return (0..<count).compactMap { names[$0].map { String(cString: $0) } }
  }

  /// The numbers of the file's only variable.
  ///
  /// - Throws: ``DatasetError`` where there are several, or it is no table of real numbers.
  func onlyMatrix() throws(DatasetError) -> MatMatrix {
    let names = try variableNames()
    guard names.count == 1 else {
      throw DatasetError("\(path): has \(names.count) variables; expected is one table of numbers")
    }
    return try variable(names[0]).matrix()
  }
}
