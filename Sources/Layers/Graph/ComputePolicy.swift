import Tensors

/// Which of several ways of computing the same thing is taken.
///
/// Left alone, each operation chooses by its sizes. A test or a parity check names one to prove that way.
package struct ComputePolicy: Hashable, Sendable {
  /// The form of convolutions, where it can compute them; nil chooses by their sizes.
  package var form: ConvolutionForm?
  /// How products are summed; nil chooses by their sizes. Winograd's are always single.
  package var accumulation: Accumulation?
  /// How maps in bfloat16 are convolved where Winograd's form does not; nil chooses by the processor.
  package var rounded: RoundedForm?

  /// Every operation chooses by its sizes.
  package static let automatic = ComputePolicy()

  package init(
    form: ConvolutionForm? = nil, accumulation: Accumulation? = nil, rounded: RoundedForm? = nil
  ) {
    self.form = form
    self.accumulation = accumulation
    self.rounded = rounded
  }

  /// How a product of that many multiplications is summed.
  func accumulation(multiplications: Int, most: Int = Accumulation.mostInDouble) -> Accumulation {
    accumulation ?? .suiting(multiplications: multiplications, most: most)
  }
}

extension ComputePolicy {
  /// What computes a convolution.
  ///
  /// - Parameters:
  ///   - precision: what its maps are stored as.
  ///   - form: the form of those that have one; nil leaves it to the policy.
  func kernel(
    for geometry: ConvolutionGeometry, in precision: Precision, form: ConvolutionForm? = nil, on engine: Engine
  ) -> any ConvolutionKernel {
    let form = form ?? self.form(for: geometry, in: precision)
    if form == .winograd { return WinogradConvolution(geometry, in: precision, on: engine) }
    if isOfPairs(precision) { return PairConvolution(geometry, on: engine) }
    let accumulation = accumulation(multiplications: geometry.multiplications)
    let kernel: any ConvolutionKernel =
      form == .direct
      ? DirectConvolution(geometry, in: accumulation, on: engine)
      : PatchConvolution(geometry, in: accumulation, on: engine)
    return precision == .bfloat16 ? WidenedConvolution(kernel, geometry, on: engine) : kernel
  }

  /// What ``kernel(for:in:form:on:)`` is called: `patches`, `winograd`, `avx512_bf16`, …
  package func formName(for geometry: ConvolutionGeometry, in precision: Precision) -> String {
    let form = form(for: geometry, in: precision)
    return form != .winograd && precision == .bfloat16 ? (rounded ?? .suiting).rawValue : form.rawValue
  }

  func form(for geometry: ConvolutionGeometry, in precision: Precision) -> ConvolutionForm {
    if let form, form.supports(geometry) { return form }
    let chosen = ConvolutionForm.choose(for: geometry)
    guard chosen == .winograd else { return chosen }
    let isLeft =
      accumulation == .double
      || isOfPairs(precision) && !ConvolutionForm.isWinogradWorthwhile(besidePairs: geometry)
    return isLeft ? .patches : .winograd
  }

  private func isOfPairs(_ precision: Precision) -> Bool {
    precision == .bfloat16 && (rounded ?? .suiting) == .pairs
  }
}
