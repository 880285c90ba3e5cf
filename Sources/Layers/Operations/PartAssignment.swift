import Tensors

extension Tape {
  /// The channels of each place averaged in groups of neighbours, less their mean over the image's map where it is
  /// centred.
  ///
  ///     y[n, p, r] = mean of x[n, p, c] over c in r·Z/R ..< (r + 1)·Z/R, − its mean over p
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, Z]`.
  ///   - groups: R, a divisor of Z.
  /// - Returns: `[N, H, W, R]`.
  package func channelGroups(_ input: Value, groups: Int, isCentred: Bool) -> Value {
    let (batch, channels) = (input.shape[0], input.shape[3])
    let places = input.shape[1] * input.shape[2]
    precondition(groups > 0 && channels % groups == 0, "\(groups) groups of \(channels) channels")
    let size = channels / groups
    let output = result(engine.empty([batch, input.shape[1], input.shape[2], groups]))
    let x = input.tensor.pointer
    let share = 1 / Float(size)
    engine.reserveScratch(4 * groups)
    engine.parallel(batch) { image, worker in
      let target = output.tensor.pointer + image * places * groups
      for index in 0..<places * groups {
        let group = x + (image * places * groups + index) * size
        var sum: Float = 0
        for c in 0..<size { sum += group[c] }
        target[index] = sum * share
      }
      if isCentred { Self.centre(target, places: places, width: groups, scratch: engine.scratch(of: worker)) }
    }
    guard let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.reserveScratch(4 * groups)
        engine.parallel(batch) { image, worker in
          let source = dOutput.pointer + image * places * groups
          // What subtracts a mean is its own transpose.
          if isCentred { Self.centre(source, places: places, width: groups, scratch: engine.scratch(of: worker)) }
          for index in 0..<places * groups {
            let group = dInput.pointer + (image * places * groups + index) * size
            for c in 0..<size { group[c] = fused(source[index], share, plus: accumulate ? group[c] : 0) }
          }
        }
      }
    }
    return output
  }

  /// Takes from each row of `[places, width]` the mean row.
  private static func centre(
    _ rows: UnsafeMutablePointer<Float>, places: Int, width: Int, scratch mean: UnsafeMutablePointer<Float>
  ) {
    mean.update(repeating: 0, count: width)
    for place in 0..<places { Rows.add(rows + place * width, to: mean, count: width) }
    for place in 0..<places {
      Rows.add(mean, times: -1 / Float(places), to: rows + place * width, count: width)
    }
  }

  /// To which part each place belongs, softly.
  ///
  ///     A[n, p, k] = softmax over k of weight[k] · y[n, p] + bias[k]        y: ``channelGroups(_:groups:isCentred:)``
  ///
  /// Source: Sun et al., "Beyond Part Models", ECCV 2018, with the input of the authors' code.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, Z]`.
  ///   - weight: `[P, R]`, R a divisor of Z.
  ///   - bias: `[P]`.
  /// - Returns: `[N, H, W, P]`.
  package func partAssignment(_ input: Value, weight: Parameter, bias: Parameter, isCentred: Bool = true) -> Value {
    let (parts, groups) = (weight.value.shape[0], weight.value.shape[1])
    let shape = input.shape
    let columns = channelGroups(input, groups: groups, isCentred: isCentred)
    let scores = linear(columns.reshaped([shape[0] * shape[1] * shape[2], groups]), weight, bias: bias)
    return softmax(scores).reshaped([shape[0], shape[1], shape[2], parts])
  }

  /// The parts' means under a soft assignment.
  ///
  ///     g[n, k] = P/(H·W) · Σ_p A[n, p, k] · x[n, p]
  ///     dx[n, p] = P/(H·W) · Σ_k A[n, p, k] · dg[n, k]      dA[n, p, k] = P/(H·W) · ⟨dg[n, k], x[n, p]⟩
  ///
  /// With a hard assignment to strips of equal height it is their mean. One product of matrices an image, two in
  /// reverse.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, Z]`.
  ///   - assignment: `[N, H, W, P]`.
  /// - Returns: `[N, P, Z]`.
  package func partMeans(_ input: Value, assignment: Value) -> Value {
    let (batch, channels, parts) = (input.shape[0], input.shape[3], assignment.shape[3])
    let places = input.shape[1] * input.shape[2]
    precondition(assignment.shape.dropLast() == input.shape.dropLast(), "\(assignment.shape) assigns \(input.shape)")
    let scale = Float(parts) / Float(places)
    let accumulation = policy.accumulation(multiplications: batch * places * parts * channels)
    let output = result(engine.empty([batch, parts, channels]))
    let (x, a) = (input.tensor, assignment.tensor)
    engine.parallel(batch) { image, _ in
      let target = output.tensor.pointer + image * parts * channels
      MatrixProduct.multiply(
        rows: parts, columns: channels, depth: places,
        .transposed(a.pointer + image * places * parts, stride: parts),
        .plain(x.pointer + image * places * channels, stride: channels), into: target, stride: channels,
        in: accumulation)
      Rows.scale(target, by: scale, count: parts * channels)
    }
    let (inputSlot, assignmentSlot) = (input.slot, assignment.slot)
    record(output) { [engine] dOutput in
      Rows.scale(dOutput.pointer, by: scale, count: dOutput.count)
      assignmentSlot?.accumulate(shape: a.shape, on: engine) { dAssignment, accumulate in
        engine.parallel(batch) { image, _ in
          MatrixProduct.multiply(
            rows: places, columns: parts, depth: channels,
            .plain(x.pointer + image * places * channels, stride: channels),
            .transposed(dOutput.pointer + image * parts * channels, stride: channels),
            into: dAssignment.pointer + image * places * parts, stride: parts, accumulate: accumulate,
            in: accumulation)
        }
      }
      inputSlot?.accumulate(shape: x.shape, on: engine) { dInput, accumulate in
        engine.parallel(batch) { image, _ in
          MatrixProduct.multiply(
            rows: places, columns: channels, depth: parts,
            .plain(a.pointer + image * places * parts, stride: parts),
            .plain(dOutput.pointer + image * parts * channels, stride: channels),
            into: dInput.pointer + image * places * channels, stride: channels, accumulate: accumulate,
            in: accumulation)
        }
      }
    }
    return output
  }
}
