// Results of an op with, where they are asked for, bounds of their errors.
#pragma once

#include "Approximate.h"
#include "Evaluators.h"

namespace attnc::reference {

struct BoundedResults {
  Results values;
  /// One for each value, of float64 and of its shape; empty where they are not asked for.
  Results bounds;
};

/// The bound of a computed number in its storage type, to which it is rounded once more. Numbers
/// that are exact in f32 and in their type have none.
double getBound(Approximate result, ElementType storage);

/// A result in the making, with a bound for each element or without.
class BoundedTensor {
public:
  /// Starts from `zeros`.
  BoundedTensor(Tensor zeros, bool wantsBound);

  void set(int64_t position, double value) { cells[position].real = value; }
  void set(int64_t position, Approximate result) {
    cells[position].real = result.value;
    boundCells[position].real = getBound(result, storage);
  }

  void moveTo(BoundedResults &results) &&;

private:
  Tensor values;
  std::optional<Tensor> bounds;
  Cell *cells, *boundCells = nullptr;
  ElementType storage;
};

} // namespace attnc::reference
