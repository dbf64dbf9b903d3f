// A batch of sequences that grow by one token per step, with the keys and values of all layers.
#pragma once
#include "cachedAttention.h"
#include "decoderLayer.h"
#include "draw.h"

namespace m2rl {

// Which prompt each row of the cache has; entry i of each list.
struct Prompts {
  const int32_t *rows, *of, *lengths;
  int64_t count;
};

class DecoderCache {
 public:
  DecoderCache(const Shape& shape, const Weights& weights, const Tensor& head, double scale)
      : shape_(shape), weights_(weights), head_(narrowed(head)), scale_(scale) {
    for (Layer& w : weights_.layers) {
      Fused fused{sideBySide({w.q, w.k, w.v}), Tensor(), narrowed(w.o), sideBySide({w.gate, w.up}), narrowed(w.down)};
      if (shape.qkvBias) fused.bias = narrowed(at::cat({w.qBias, w.kBias, w.vBias}));
      fused_.push_back(fused);
    }
  }

  // Room for B rows of W positions, with the rotary tables (W, D) of these.
  void open(int64_t B, int64_t W, const Tensor& cos, const Tensor& sin) {
    setRoom(W, cos, sin);
    positions_.assign(B, 0);
    const auto options = head_.options();
    const int64_t kv = shape_.kvHeads, D = shape_.headDim;
    hidden_ = at::zeros({B, head_.size(1)}, options);
    cache_.clear();
    for (int64_t l = 0; l < shape_.layers; l++)
      cache_.push_back({tiled() ? at::empty({B, kv, W / kLanes, D, kLanes}, options) : at::zeros({B, kv, W, D}, options),
                        at::zeros({B, kv, W, D}, options)});
  }

  // More room, as when it was opened.
  void grow(int64_t W, const Tensor& cos, const Tensor& sin) {
    for (LayerCache& layer : cache_)
      for (Tensor* part : {&layer.keys, &layer.values}) {
        auto sizes = part->sizes().vec();
        const int64_t before = sizes[2];
        sizes[2] = before * W / W_;
        const Tensor wider = at::zeros(sizes, part->options());
        wider.narrow(2, 0, before).copy_(*part);
        *part = wider;
      }
    setRoom(W, cos, sin);
  }

  // Read prompts: ids (U, T), padded at the end.
  void prefill(const Tensor& ids, const Prompts& prompts) {
    const int64_t U = ids.size(0), T = ids.size(1);
    const Pass pass{shape_, U, cos_.narrow(0, 0, T), sin_.narrow(0, 0, T)};
    Tensor x = at::embedding(weights_.embedding, ids.reshape({-1})).to(settings.dtype);
    for (int64_t l = 0; l < shape_.layers; l++) {
      QueryKeyValue heads;
      x = decoderLayer(x, weights_.layers[l], pass, &heads);
      store(l, heads, prompts);
    }
    Tensor last = at::empty({prompts.count}, at::kLong), rows = at::empty({prompts.count}, at::kLong);
    for (int64_t i = 0; i < prompts.count; i++) {
      pointer<int64_t>(last)[i] = prompts.of[i] * T + prompts.lengths[i] - 1;
      pointer<int64_t>(rows)[i] = prompts.rows[i];
      positions_[prompts.rows[i]] = prompts.lengths[i];
    }
    hidden_.index_copy_(0, rows.to(x.device()), x.index_select(0, last.to(x.device())));
  }

  // Append one token per row, tokens (B) int32.
  void step(const Tensor& tokens) {
    Tensor x = at::embedding(weights_.embedding, tokens).to(settings.dtype);
    for (int64_t l = 0; l < shape_.layers; l++) {
      const Layer& w = weights_.layers[l];
      const Fused& fused = fused_[l];
      Tensor qkv = products(rmsNorm(x, w.input, shape_.rmsEps), fused.qkv);
      if (fused.bias.defined()) qkv.add_(fused.bias);
      x.addmm_(attend(l, qkv), fused.o.t());
      const Tensor wide = swiglu(products(rmsNorm(x, w.post, shape_.rmsEps), fused.gateUp));
      x.addmm_(wide, fused.down.t());
    }
    for (int32_t& position : positions_) position++;
    hidden_ = x;
  }

  // (B, V) float32, before the scale
  Tensor logits() const { return at::mm(rmsNorm(hidden_, weights_.norm, shape_.rmsEps), head_.t()).to(at::kFloat); }

  Tensor probabilities() const { return (logits() * scale_).softmax(1); }

  void draw(const double* uniforms, Drawn drawn) const {
    const Tensor z = logits();
    if (looped(z)) drawRows(z, scale_, uniforms, drawn);
    else drawAnywhere(z, scale_, uniforms, drawn);
  }

  void keepRows(const int32_t* rows, int64_t count) {
    const Tensor index = at::empty({count}, at::kLong);
    std::vector<int32_t> positions(count);
    for (int64_t i = 0; i < count; i++) {
      pointer<int64_t>(index)[i] = rows[i];
      positions[i] = positions_[rows[i]];
    }
    const Tensor on = index.to(head_.device());
    for (LayerCache& layer : cache_) layer = {layer.keys.index_select(0, on), layer.values.index_select(0, on)};
    hidden_ = hidden_.index_select(0, on);
    positions_ = positions;
  }

 private:
  // Weights in the dtype of matrix products, small ones side by side; large float32 ones are the model's own.
  struct Fused {
    std::vector<Tensor> qkv;
    Tensor bias, o;
    std::vector<Tensor> gateUp;
    Tensor down;
  };

  // Whether keys lie in tiles of sixteen positions.
  bool tiled() const { return looped(head_) && shape_.headDim % kLanes == 0 && shape_.headDim <= kMostHeadDim; }

  void setRoom(int64_t W, const Tensor& cos, const Tensor& sin) {
    if (W % (2 * kLanes) != 0) throw std::runtime_error("the room of a cache must be a multiple of 32 positions");
    W_ = W;
    cos_ = cos;
    sin_ = sin;
  }

  void store(int64_t l, const QueryKeyValue& heads, const Prompts& prompts) {
    if (tiled()) {
      WITH_ELEMENT(heads.k, storePrompts<S>({Tensor(), heads.k.contiguous(), heads.v.contiguous()}, cache_[l], W_, prompts.rows, prompts.of,
                                            prompts.lengths, prompts.count));
      return;
    }
    const int64_t T = heads.k.size(2);
    for (int64_t i = 0; i < prompts.count; i++) {
      cache_[l].keys.select(0, prompts.rows[i]).narrow(1, 0, T).copy_(heads.k.select(0, prompts.of[i]));
      cache_[l].values.select(0, prompts.rows[i]).narrow(1, 0, T).copy_(heads.v.select(0, prompts.of[i]));
    }
  }

  Tensor attend(int64_t l, const Tensor& qkv) {
    const int64_t B = qkv.size(0), D = shape_.headDim;
    const Layer& w = weights_.layers[l];
    if (!tiled()) return attendAnywhere(qkv, w, cache_[l]);
    const Tensor y = at::empty({B, shape_.heads * D}, qkv.options());
    const Rotation turn{pointer<float>(cos_), pointer<float>(sin_), shape_.headNorms ? pointer<float>(w.qNorm) : nullptr,
                        shape_.headNorms ? pointer<float>(w.kNorm) : nullptr};
    WITH_ELEMENT(qkv, attendRows<S>(qkv, {shape_, turn, positions_, W_}, cache_[l], y));
    return y;
  }

  // The attention of one step by whole-tensor operations, on any device.
  Tensor attendAnywhere(const Tensor& qkv, const Layer& w, LayerCache& cache) {
    const int64_t B = qkv.size(0), H = shape_.heads, kv = shape_.kvHeads, D = shape_.headDim;
    const Tensor place = at::tensor(positions_, at::kInt).to(at::kLong).to(qkv.device());
    const int64_t n = *std::max_element(positions_.begin(), positions_.end()) + 1;
    const auto parts = qkv.view({B, H + 2 * kv, D}).split_with_sizes({H, kv, kv}, 1);
    const Tensor cos = cos_.index_select(0, place).unsqueeze(1).to(qkv.scalar_type()), sin = sin_.index_select(0, place).unsqueeze(1).to(qkv.scalar_type());
    Tensor q = parts[0], k = parts[1];
    if (shape_.headNorms) {
      q = rmsNorm(q, w.qNorm, shape_.rmsEps);
      k = rmsNorm(k, w.kNorm, shape_.rmsEps);
    }
    const Tensor rows = at::arange(B, place.options());
    cache.keys.index_put_({rows, at::indexing::Slice(), place}, turned(k, cos, sin));
    cache.values.index_put_({rows, at::indexing::Slice(), place}, parts[2]);
    const Tensor hidden = (at::arange(n, place.options()).unsqueeze(0) > place.unsqueeze(1)).view({B, 1, 1, n});
    const Tensor folded = turned(q, cos, sin).view({B, kv, H / kv, D});
    const Tensor scores = at::matmul(folded, cache.keys.narrow(2, 0, n).transpose(2, 3)) / std::sqrt(static_cast<double>(D));
    const Tensor weights = scores.masked_fill(hidden, -1e9).softmax(-1);
    return at::matmul(weights, cache.values.narrow(2, 0, n)).reshape({B, H * D});
  }

  Shape shape_;
  Weights weights_;
  Tensor head_;
  double scale_;
  std::vector<Fused> fused_;
  std::vector<LayerCache> cache_;
  std::vector<int32_t> positions_;
  Tensor cos_, sin_, hidden_;
  int64_t W_ = 0;
};

}  // namespace m2rl
