// The operations behind the kernels of TensorFlow.js, one function each; JavaScript registers them under their kernels' names.
#pragma once
#include "call.h"
#include "lanes.h"

// y of one tensor x
#define UNARY(name, expression) \
  EXPORT(name) {                \
    const auto& x = call.tensor(0); \
    return call.give(expression);   \
  }
UNARY(neg, x.neg())
UNARY(exp, x.exp())
UNARY(expm1, x.expm1())
UNARY(log, x.log())
UNARY(log1p, x.log1p())
UNARY(sqrt, x.sqrt())
UNARY(rsqrt, x.rsqrt())
UNARY(square, x * x)
UNARY(reciprocal, x.reciprocal())
UNARY(sigmoid, x.sigmoid())
UNARY(tanh, x.tanh())
UNARY(sin, x.sin())
UNARY(cos, x.cos())
UNARY(erf, x.erf())
UNARY(relu, x.relu())
UNARY(abs, x.abs())
UNARY(sign, x.sign())
UNARY(floor, x.floor())
UNARY(ceil, x.ceil())
UNARY(round, x.round())
UNARY(logicalNot, x.logical_not())
UNARY(isFinite, x.isfinite())
UNARY(isNaN, x.isnan())
UNARY(zerosLike, at::zeros_like(x))
UNARY(onesLike, at::ones_like(x))
UNARY(softmax, x.softmax(-1))
UNARY(logSoftmax, x.log_softmax(-1))
UNARY(roundBf16, x.to(at::kBFloat16).to(at::kFloat))

// y of two tensors, broadcast
#define BINARY(name, expression)    \
  EXPORT(name) {                    \
    const auto& a = call.tensor(0); \
    const auto& b = call.tensor(1); \
    return call.give(expression);   \
  }
BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a * b)
BINARY(realDiv, a / b)
BINARY(floorDiv, at::div(a, b, "floor"))
BINARY(mod, at::remainder(a, b))
BINARY(pow, at::pow(a, b))
BINARY(maximum, at::maximum(a, b))
BINARY(minimum, at::minimum(a, b))
BINARY(squaredDifference, (a - b).square())
BINARY(greater, a > b)
BINARY(greaterEqual, a >= b)
BINARY(less, a < b)
BINARY(lessEqual, a <= b)
BINARY(equal, a == b)
BINARY(notEqual, a != b)
BINARY(logicalAnd, at::logical_and(a, b))
BINARY(logicalOr, at::logical_or(a, b))

// y of one tensor over the axes in the shared list: (x, number of axes, whether they are kept with length 1)
#define REDUCTION(name, expression)                           \
  EXPORT(name) {                                              \
    const auto& x = call.tensor(0);                           \
    const auto axes = m2rl::Call::list(call.integer(1));      \
    const bool keep = call.flag(2);                           \
    return call.give(axes.empty() ? x.alias() : (expression)); \
  }
REDUCTION(sum, x.sum(axes, keep))
REDUCTION(mean, x.to(at::kFloat).mean(axes, keep))
REDUCTION(max, x.amax(axes, keep))
REDUCTION(min, x.amin(axes, keep))
REDUCTION(all, x.to(at::kBool).all(axes, keep))
REDUCTION(any, x.to(at::kBool).any(axes, keep))

// (x, axis)
EXPORT(argMax) { return call.give(call.tensor(0).argmax(call.integer(1))); }
EXPORT(argMin) { return call.give(call.tensor(0).argmin(call.integer(1))); }

// Step function: 1 where x > 0, alpha elsewhere
EXPORT(step) {
  const auto& x = call.tensor(0);
  return call.give(at::where(x > 0, at::scalar_tensor(1.f), at::scalar_tensor(call.number(1), at::kFloat)).masked_fill(x.isnan(), NAN));
}
EXPORT(clip) { return call.give(call.tensor(0).clamp(call.number(1), call.number(2))); }
EXPORT(select) { return call.give(at::where(call.tensor(0).to(at::kBool), call.tensor(1), call.tensor(2))); }

// (a, b, whether the last two axes of a, of b are exchanged)
EXPORT(matMul) {
  at::Tensor a = call.tensor(0), b = call.tensor(1);
  if (call.flag(2)) a = a.transpose(-1, -2);
  if (call.flag(3)) b = b.transpose(-1, -2);
  return call.give(at::matmul(a, b));
}

// (x, rank), the shape or permutation in the shared list
EXPORT(reshape) { return call.give(call.tensor(0).reshape(m2rl::Call::list(call.integer(1)))); }
EXPORT(transpose) { return call.give(call.tensor(0).permute(m2rl::Call::list(call.integer(1)))); }
EXPORT(broadcastTo) { return call.give(call.tensor(0).expand(m2rl::Call::list(call.integer(1))).contiguous()); }
EXPORT(tile) { return call.give(call.tensor(0).repeat(m2rl::Call::list(call.integer(1)))); }
// (x, axes), the axes in the shared list
EXPORT(reverse) { return call.give(call.tensor(0).flip(m2rl::Call::list(call.integer(1)))); }

// (x), begin and size of every axis in the shared list; copied, so that the whole is not kept alive
EXPORT(slice) {
  at::Tensor x = call.tensor(0);
  const int64_t rank = x.dim();
  const auto begin = m2rl::Call::list(rank), size = m2rl::Call::list(rank, rank);
  for (int64_t axis = 0; axis < rank; axis++) x = x.narrow(axis, begin[axis], size[axis]);
  return call.give(x.contiguous().clone());
}

// (x, rank, value), padding before and after every axis in the shared list
EXPORT(pad) {
  const auto pairs = m2rl::Call::list(2 * call.integer(1));
  std::vector<int64_t> lastFirst;
  for (int64_t axis = call.integer(1) - 1; axis >= 0; axis--) lastFirst.insert(lastFirst.end(), {pairs[2 * axis], pairs[2 * axis + 1]});
  return call.give(at::constant_pad_nd(call.tensor(0), lastFirst, call.number(2)));
}

// (handles, axis)
EXPORT(concat) { return call.give(at::cat(call.tensors(0), call.integer(1))); }

// (x, indices, axis)
EXPORT(gather) {
  const auto& x = call.tensor(0);
  const auto& indices = call.tensor(1);
  const int64_t axis = call.integer(2);
  auto shape = x.sizes().vec();
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, indices.sizes().begin(), indices.sizes().end());
  return call.give(x.index_select(axis, indices.reshape({-1})).reshape(shape));
}
// (x, indices (…, k)): entries of the first k axes
EXPORT(gatherNd) {
  c10::List<std::optional<at::Tensor>> columns;
  for (const auto& column : call.tensor(1).unbind(-1)) columns.push_back(column.to(at::kLong));
  return call.give(at::index(call.tensor(0), columns));
}
// (x, ids, segments): sums of the rows with the same id
EXPORT(segmentSum) {
  const auto& x = call.tensor(0);
  auto shape = x.sizes().vec();
  const int64_t axes = call.tensor(1).dim();
  shape.erase(shape.begin(), shape.begin() + axes);
  auto flat = shape;
  flat.insert(flat.begin(), -1);
  shape.insert(shape.begin(), call.integer(2));
  return call.give(at::zeros(shape, x.options()).index_add_(0, call.tensor(1).reshape({-1}), x.reshape(flat)));
}
// (indices, depth, value on, value off)
EXPORT(oneHot) {
  const at::Tensor hot = at::one_hot(call.tensor(0).to(at::kLong), call.integer(1)).to(at::kBool);
  return call.give(at::where(hot, at::scalar_tensor(call.number(2), at::kFloat), at::scalar_tensor(call.number(3), at::kFloat)));
}
// (x, axis, exclusive, reverse)
EXPORT(cumsum) {
  at::Tensor x = call.tensor(0);
  const int64_t axis = call.integer(1);
  if (call.flag(3)) x = x.flip({axis});
  at::Tensor y = x.cumsum(axis);
  if (call.flag(2)) y = y - x;
  return call.give(call.flag(3) ? y.flip({axis}) : y);
}
// (x, k): values, and indices by their handle in the shared list
EXPORT(topK) {
  const auto [values, indices] = call.tensor(0).topk(call.integer(1), -1, true, true);
  const int32_t second = m2rl::handles.add(indices.to(at::kInt));
  const napi_value first = call.give(values);
  m2rl::shared[m2rl::kTypePlace - 1] = second;
  return first;
}

static const at::ScalarType kTypes[] = {at::kFloat, at::kInt, at::kBool};

// (x, type)
EXPORT(cast) { return call.give(call.tensor(0).to(kTypes[call.integer(1)])); }
// (rank, value, type), the shape in the shared list
EXPORT(fill) {
  const auto options = at::TensorOptions(kTypes[call.integer(2)]).device(m2rl::settings.device);
  return call.give(at::full(m2rl::Call::list(call.integer(0)), call.number(1), options));
}

// (logits (N, V), labels (N)): slope p − onehot, and the loss by its handle in the shared list
EXPORT(crossEntropy) {
  const at::Tensor labels = call.tensor(1).to(at::kLong).unsqueeze(1);
  at::Tensor p = call.tensor(0).log_softmax(1);
  const int32_t loss = m2rl::handles.add(p.gather(1, labels).squeeze(1).neg());
  p.exp_();
  p.scatter_add_(1, labels, at::full({1, 1}, -1.f, p.options()).expand({p.size(0), 1}));
  const napi_value slope = call.give(p);
  m2rl::shared[m2rl::kTypePlace - 1] = loss;
  return slope;
}
