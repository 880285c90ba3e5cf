import Tensors

/// Which of several ways of computing the same thing is taken.
///
/// Left alone, each operation chooses by its sizes. A test or a parity check names one to prove that way.
package struct ComputePolicy: Hashable, Sendable {
  /// The form of convolutions, where it can compute them; nil chooses by their sizes.
  package var form: ConvolutionForm?
  /// How products are summed; nil chooses by their sizes. Winograd's are always single.
  package var accumulation: Accumulation?

  /// Every operation chooses by its sizes.
  package static let automatic = ComputePolicy()

  /// Names what is not left to the sizes.
  package init(form: ConvolutionForm? = nil, accumulation: Accumulation? = nil) {
    self.form = form
    self.accumulation = accumulation
  }

  /// The form of a convolution.
  func form(for geometry: ConvolutionGeometry) -> ConvolutionForm {
    if let form, form.supports(geometry) { return form }
    if accumulation == .double { return geometry.isPointwise ? .direct : .patches }
    return .choose(for: geometry)
  }

  /// How a product of that many multiplications is summed.
  func accumulation(multiplications: Int, most: Int = Accumulation.mostInDouble) -> Accumulation {
    accumulation ?? .suiting(multiplications: multiplications, most: most)
  }
}
