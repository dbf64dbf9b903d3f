// One decoder layer over whole sequences, kept for the backward pass or computed again in it, and the stack of them.
#pragma once
#include <torch/csrc/autograd/autograd.h>
#include <optional>

#include "heads.h"
#include "swiglu.h"

namespace m2rl {

// Weights of one layer; what the family does not have is undefined.
struct Layer {
  Tensor q, k, v, o, qBias, kBias, vBias, qNorm, kNorm, gate, up, down, input, post;

  // The weights that a shape has, in the order in which JavaScript lists them.
  std::vector<Tensor*> parts(const Shape& shape) {
    std::vector<Tensor*> list{&q, &k, &v, &o};
    if (shape.qkvBias) list.insert(list.end(), {&qBias, &kBias, &vBias});
    if (shape.headNorms) list.insert(list.end(), {&qNorm, &kNorm});
    list.insert(list.end(), {&gate, &up, &down, &input, &post});
    return list;
  }
};

// Weights of a whole decoder.
struct Weights {
  Tensor embedding, norm;
  std::vector<Layer> layers;

  // From the list that JavaScript gives, without the head; as many as the shape has.
  static Weights from(const std::vector<Tensor>& list, const Shape& shape) {
    const size_t each = Layer().parts(shape).size();
    if (list.size() != 2 + each * shape.layers) throw std::runtime_error("a decoder has another number of weights");
    Weights weights;
    size_t next = 0;
    weights.embedding = list[next++];
    for (int64_t l = 0; l < shape.layers; l++) {
      Layer layer;
      for (Tensor* part : layer.parts(shape)) *part = list[next++];
      weights.layers.push_back(layer);
    }
    weights.norm = list[next];
    return weights;
  }
};

// What every layer of one forward pass shares.
struct Pass {
  Shape shape;
  int64_t B;
  Tensor cos, sin;  // (T, D)
};

// A weight as matrix products take it.
inline Tensor narrowed(const Tensor& weight) { return weight.to(settings.dtype); }

// Weights whose products share their input, side by side where copying them is cheap and else as they are, in the dtype of products.
inline std::vector<Tensor> sideBySide(const std::vector<Tensor>& weights) {
  constexpr int64_t kSmall = 1 << 20;
  int64_t size = 0;
  for (const Tensor& weight : weights) size += weight.numel();
  if (size < kSmall) return {narrowed(at::cat(weights))};
  std::vector<Tensor> list;
  for (const Tensor& weight : weights) list.push_back(narrowed(weight));
  return list;
}

// x · wᵀ of all these weights, one behind the other.
inline Tensor products(const Tensor& x, const std::vector<Tensor>& weights) {
  if (weights.size() == 1) return at::mm(x, weights[0].t());
  std::vector<Tensor> list;
  for (const Tensor& weight : weights) list.push_back(at::mm(x, weight.t()));
  return at::cat(list, -1);
}

// x (B·T, C) → (B·T, C); `keep` receives the keys and values.
inline Tensor decoderLayer(const Tensor& x, const Layer& w, const Pass& pass, QueryKeyValue* keep = nullptr) {
  const Shape& shape = pass.shape;
  Tensor qkv = products(rmsNorm(x, w.input, shape.rmsEps), sideBySide({w.q, w.k, w.v}));
  if (shape.qkvBias) qkv = qkv + narrowed(at::cat({w.qBias, w.kBias, w.vBias}));
  const QueryKeyValue heads = splitHeads(qkv, w.qNorm, w.kNorm, pass.cos, pass.sin, pass.B, shape);
  if (keep != nullptr) *keep = heads;
  const Tensor y = at::scaled_dot_product_attention(heads.q, heads.k, heads.v, {}, 0.0, true, std::nullopt, shape.heads != shape.kvHeads);
  const Tensor flat = y.transpose(1, 2).reshape({x.size(0), shape.heads * shape.headDim});
  const Tensor middle = at::addmm(x, flat, narrowed(w.o).t());
  const Tensor wide = swiglu(products(rmsNorm(middle, w.post, shape.rmsEps), sideBySide({w.gate, w.up})));
  return at::addmm(middle, wide, narrowed(w.down).t());
}

// The same layer, of which nothing but the input is kept for the backward pass: there it is computed again.
struct RecomputedLayer : torch::autograd::Function<RecomputedLayer> {
  static Tensor forward(AutogradContext* context, const Tensor& x, at::TensorList weights, const Pass* pass) {
    variable_list saved{x, pass->cos, pass->sin};
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(saved);
    context->saved_data["pass"] = pack(*pass);
    context->saved_data["eps"] = pass->shape.rmsEps;
    return decoderLayer(x, layerOf(weights, 0, pass->shape), *pass);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Pass pass = unpack(context->saved_data["pass"].toIntVector(), context->saved_data["eps"].toDouble(), saved[1], saved[2]);
    const at::AutoGradMode recording(true);
    variable_list inputs{saved[0].detach().requires_grad_()};
    for (size_t i = 3; i < saved.size(); i++) inputs.push_back(saved[i].detach().requires_grad_());
    const Tensor y = decoderLayer(inputs[0], layerOf(inputs, 1, pass.shape), pass);
    variable_list result = torch::autograd::grad({y}, inputs, {gradients[0]});
    result.push_back(Tensor());  // the pass has none
    return result;
  }

 private:
  static Layer layerOf(at::TensorList list, size_t from, Shape shape) {
    Layer layer;
    for (Tensor* part : layer.parts(shape)) *part = list[from++];
    return layer;
  }
  static std::vector<int64_t> pack(const Pass& pass) {
    const Shape& s = pass.shape;
    return {s.layers, s.heads, s.kvHeads, s.headDim, s.headNorms, s.qkvBias, pass.B};
  }
  static Pass unpack(const std::vector<int64_t>& p, double eps, const Tensor& cos, const Tensor& sin) {
    return {{p[0], p[1], p[2], p[3], eps, p[4] != 0, p[5] != 0}, p[6], cos, sin};
  }
};

// ids (B, T) → final hidden states after the last norm, float32 (B·T, C)
inline Tensor hiddenStates(Weights weights, const Pass& pass, const Tensor& ids, bool recompute) {
  Tensor x = at::embedding(weights.embedding, ids.reshape({-1})).to(settings.dtype);
  for (Layer& layer : weights.layers) {
    if (!recompute) {
      x = decoderLayer(x, layer, pass);
      continue;
    }
    std::vector<Tensor> list;
    for (Tensor* part : layer.parts(pass.shape)) list.push_back(*part);
    x = RecomputedLayer::apply(x, at::TensorList(list), &pass);
  }
  return rmsNorm(x, weights.norm, pass.shape.rmsEps).to(at::kFloat);
}

}  // namespace m2rl
