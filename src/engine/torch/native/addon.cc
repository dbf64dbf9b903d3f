// The engine's native addon: everything that JavaScript calls. One translation unit, since the headers of ATen take most of the time.
#include "decoderCache.h"
#include "labelLogprobs.h"
#include "memory.h"
#include "operations.h"
#include "optimizer.h"

using namespace m2rl;

// The shape of a decoder in the shared list, and its epsilon as an argument.
static Shape shapeOf(double eps) { return {shared[0], shared[1], shared[2], shared[3], eps, shared[4] != 0, shared[5] != 0}; }

static Tensor table(const Call& call, size_t k, int64_t D) {
  const auto values = call.array<float>(k);
  return at::from_blob(values.data, {static_cast<int64_t>(values.size) / D, D}, at::kFloat).clone().to(settings.device);
}

static std::vector<Tensor> leavesFrom(const std::vector<Tensor>& tensors, bool isDifferentiable) {
  std::vector<Tensor> leaves;
  for (const Tensor& tensor : tensors) leaves.push_back(isDifferentiable ? tensor.detach().requires_grad_() : tensor);
  return leaves;
}

// Hand a result over with what it was computed from, when its gradient will be asked for.
static napi_value giveWith(const Call& call, const Tensor& result, std::vector<Tensor> leaves, bool isDifferentiable) {
  const napi_value handle = call.give(result);
  int32_t number = 0;
  napi_get_value_int32(call.env, handle, &number);
  if (isDifferentiable) handles.setLeaves(number, std::move(leaves));
  return handle;
}

// (handles of weights without the head, ids (B, T), cos, sin, eps, recompute, differentiable), the shape in the shared list
EXPORT(hiddenForward) {
  const Shape shape = shapeOf(call.number(4));
  const bool isDifferentiable = call.flag(6);
  const auto leaves = leavesFrom(call.tensors(0), isDifferentiable);
  const Tensor ids = call.tensor(1).to(at::kLong);
  const Pass pass{shape, ids.size(0), table(call, 2, shape.headDim), table(call, 3, shape.headDim)};
  const at::AutoGradMode recording(isDifferentiable);
  return giveWith(call, hiddenStates(Weights::from(leaves, shape), pass, ids, call.flag(5)), leaves, isDifferentiable);
}

// (hidden (N, C), head (V, C), labels (N), differentiable)
EXPORT(labelForward) {
  const bool isDifferentiable = call.flag(3);
  const auto leaves = leavesFrom({call.tensor(0), call.tensor(1)}, isDifferentiable);
  const at::AutoGradMode recording(isDifferentiable);
  return giveWith(call, LabelLogprobs::apply(leaves[0], leaves[1], call.tensor(2).to(at::kLong)), leaves, isDifferentiable);
}

// (result, its gradient, Int32Array that receives the handles of the gradients of what it was computed from)
EXPORT(gradients) {
  const auto& leaves = handles.leaves(call.integer(0));
  const auto to = call.array<int32_t>(2);
  if (to.size != leaves.size()) throw std::runtime_error("the list of gradients has another length");
  std::vector<Tensor> found;
  {
    const at::AutoGradMode recording(true);
    found = torch::autograd::grad({call.tensor(0)}, leaves, {call.tensor(1)}, std::nullopt, false, true);
  }
  for (size_t i = 0; i < found.size(); i++) to.data[i] = handles.add(found[i].defined() ? found[i] : at::zeros_like(leaves[i]));
  return call.nothing();
}

// (weight, gradient, first and second moment, [scale, β₁, β₂, ε, step size, root scale, decay], Int32Array of the three results)
EXPORT(adamwStep) {
  const auto n = call.array<double>(4);
  const auto f = [&](int k) { return static_cast<float>(n.data[k]); };
  const Stepped next = adamw(call.tensor(0), call.tensor(1), call.tensor(2), call.tensor(3), {f(0), f(1), f(2), f(3), f(4), f(5), f(6)});
  const auto to = call.array<int32_t>(5);
  const Tensor results[] = {next.weight, next.first, next.second};
  for (int i = 0; i < 3; i++) to.data[i] = handles.add(results[i]);
  return call.nothing();
}

static std::vector<std::unique_ptr<DecoderCache>> caches;

static DecoderCache& cacheOf(const Call& call) {
  const int32_t number = call.integer(0);
  if (number < 0 || number >= static_cast<int32_t>(caches.size()) || !caches[number]) throw std::runtime_error("there is no such cache");
  return *caches[number];
}

// (handles of all weights, eps, scale), the shape in the shared list → number of the cache
EXPORT(cacheCreate) {
  auto weights = call.tensors(0);
  const Tensor head = weights.back();
  weights.pop_back();
  const Shape shape = shapeOf(call.number(1));
  auto cache = std::make_unique<DecoderCache>(shape, Weights::from(weights, shape), head, call.number(2));
  for (size_t i = 0; i < caches.size(); i++)
    if (!caches[i]) {
      caches[i] = std::move(cache);
      return call.give(static_cast<int32_t>(i));
    }
  caches.push_back(std::move(cache));
  return call.give(static_cast<int32_t>(caches.size()) - 1);
}

// (cache, rows, room, head size, cos, sin)
EXPORT(cacheOpen) {
  const int64_t D = call.integer(3);
  cacheOf(call).open(call.integer(1), call.integer(2), table(call, 4, D), table(call, 5, D));
  return call.nothing();
}

// (cache, room, head size, cos, sin)
EXPORT(cacheGrow) {
  const int64_t D = call.integer(2);
  cacheOf(call).grow(call.integer(1), table(call, 3, D), table(call, 4, D));
  return call.nothing();
}

// (cache, ids (U · T), T, rows, their prompts, their lengths)
EXPORT(cachePrefill) {
  const auto ids = call.array<int32_t>(1);
  const int64_t T = call.integer(2);
  const Tensor tokens = at::from_blob(ids.data, {static_cast<int64_t>(ids.size) / T, T}, at::kInt).to(at::kLong).to(settings.device);
  const auto rows = call.array<int32_t>(3);
  cacheOf(call).prefill(tokens, {rows.data, call.array<int32_t>(4).data, call.array<int32_t>(5).data, static_cast<int64_t>(rows.size)});
  return call.nothing();
}

// (cache, tokens (B))
EXPORT(cacheStep) {
  const auto tokens = call.array<int32_t>(1);
  cacheOf(call).step(at::from_blob(tokens.data, {static_cast<int64_t>(tokens.size)}, at::kInt).clone().to(settings.device));
  return call.nothing();
}

// (cache) → probabilities (B, V)
EXPORT(cacheProbabilities) { return call.give(cacheOf(call).probabilities()); }

// (cache, uniforms or null, tokens, logprobs)
EXPORT(cacheDraw) {
  cacheOf(call).draw(call.array<double>(1).data, {call.array<int32_t>(2).data, call.array<double>(3).data});
  return call.nothing();
}

// (cache, rows)
EXPORT(cacheKeep) {
  const auto rows = call.array<int32_t>(1);
  cacheOf(call).keepRows(rows.data, static_cast<int64_t>(rows.size));
  return call.nothing();
}

EXPORT(cacheFree) {
  cacheOf(call);
  caches[call.integer(0)].reset();
  return call.nothing();
}

static napi_value exportAll(napi_env env, napi_value exports) {
  for (const auto& [name, function] : exported()) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  return exports;
}
NAPI_MODULE(m2rl_torch, exportAll)
