/// What becomes of a product's sums before they are written: `activation(sum + bias + shortcut)`.
///
/// It happens while the sums are in registers, or at least in the cache of the core that made them. The tensors that it
/// reads must outlive it.
package struct Epilogue {
  /// A number for each column; nil adds none.
  @usableFromInline package let bias: UnsafePointer<Float>?
  /// Numbers that lie as the result's do; nil adds none.
  @usableFromInline let shortcut: UnsafePointer<Float>?
  /// The same in bfloat16, for a result that is rounded to it.
  @usableFromInline package let roundedShortcut: UnsafePointer<BFloat16>?
  /// Whether negative numbers become zero.
  @usableFromInline package let isRectified: Bool

  /// By default the sums stay as they are.
  ///
  /// - Parameters:
  ///   - bias: `[columns]`.
  ///   - shortcut: of the result's shape.
  package init(bias: Tensor? = nil, adding shortcut: Tensor? = nil, isRectified: Bool = false) {
    self.init(
      bias: bias.map { UnsafePointer($0.pointer) },
      shortcut: shortcut.flatMap { $0.element == .single ? UnsafePointer($0.pointer) : nil },
      roundedShortcut: shortcut.flatMap { $0.element == .bfloat16 ? UnsafePointer($0.numbers(BFloat16.self)) : nil },
      isRectified: isRectified)
  }

  @usableFromInline
  init(
    bias: UnsafePointer<Float>?, shortcut: UnsafePointer<Float>?, roundedShortcut: UnsafePointer<BFloat16>?,
    isRectified: Bool
  ) {
    self.bias = bias
    self.shortcut = shortcut
    self.roundedShortcut = roundedShortcut
    self.isRectified = isRectified
  }

  /// The same for the part of the result that begins `numbers` numbers later, in a column.
  @inlinable
  package func advanced(by numbers: Int, column: Int = 0) -> Epilogue {
    Epilogue(
      bias: bias.map { $0 + column }, shortcut: shortcut.map { $0 + numbers },
      roundedShortcut: roundedShortcut.map { $0 + numbers }, isRectified: isRectified)
  }

  /// What is written for sixteen sums side by side.
  ///
  /// - Parameters:
  ///   - place: numbers from the result's first one to theirs.
  ///   - column: that of the first of them.
  @inlinable
  @inline(__always)
  package func finished(_ sums: Vector, place: Int, column: Int) -> Vector {
    var result = sums
    if let bias { result += bias.vector(column) }
    if let shortcut { result += shortcut.vector(place) }
    if let roundedShortcut { result += roundedShortcut.vector(place) }
    return isRectified ? result.rectified : result
  }

  /// What is written for one sum.
  private func finished(_ sum: Float, place: Int, column: Int) -> Float {
    var result = sum
    if let bias { result += bias[column] }
    if let shortcut { result += shortcut[place] }
    if let roundedShortcut { result += roundedShortcut[place].single }
    return isRectified && result <= 0 ? 0 : result
  }

  /// Finishes rows of sums that are written already.
  package func apply(rows: Int, columns: Int, to result: UnsafeMutablePointer<Float>) {
    guard bias != nil || shortcut != nil || roundedShortcut != nil || isRectified else { return }
    for row in 0..<rows {
      var column = 0
      while column < columns {
        let place = row &* columns &+ column
        if column &+ 16 <= columns {
          result.store(finished(result.vector(place), place: place, column: column), place)
          column &+= 16
        } else {
          result[place] = finished(result[place], place: place, column: column)
          column &+= 1
        }
      }
    }
  }
}
