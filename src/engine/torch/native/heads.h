// From one product of all projections to queries, keys and values by heads: bias, norm of the heads and rotation on the way.
#pragma once
#include "rmsNorm.h"

namespace m2rl {

// What a decoder consists of beside its weights.
struct Shape {
  int64_t layers, heads, kvHeads, headDim;
  double rmsEps;
  bool headNorms, qkvBias;

  int64_t turned() const { return heads + kvHeads; }                   // heads that are rotated
  int64_t width() const { return (heads + 2 * kvHeads) * headDim; }    // of the product of q, k and v
};

constexpr int64_t kMostHeadDim = 512;

// The rotary tables, cos and sin (T, D), and the norms of the query and key heads (D), null where there are none.
struct Rotation {
  const float *cos, *sin, *qNorm, *kNorm;
};

// One head x (D) at position t: y = turn(x · r · w), r = 1 / √(mean(x²) + ε) where w is given; returns r.
template <typename T, typename U>
float turnHead(const T* x, const float* w, const float* cos, const float* sin, U* y, int64_t D, float eps, float scale) {
  float r = 1.f;
  if (w != nullptr) {
    Lanes squares{};
    inLanes(D, [&](int64_t k, int64_t m) {
      const Lanes v = load(x + k, m);
      squares += v * v;
    });
    r = 1.f / std::sqrt(sum(squares) / D + eps);
  }
  const int64_t half = D / 2;
  inLanes(half, [&](int64_t k, int64_t m) {
    Lanes u = load(x + k, m) * (r * scale), v = load(x + k + half, m) * (r * scale);
    if (w != nullptr) {
      u *= load(w + k, m);
      v *= load(w + k + half, m);
    }
    const Lanes c = load(cos + k, m), s = load(sin + k, m);
    store(y + k, u * c - v * s, m);
    store(y + k + half, v * c + u * s, m);
  });
  return r;
}

// dx of one head from dy, and the norm's gradient added to dw
template <typename T>
void turnHeadBackward(const T* dy, const T* x, const float* w, const float* cos, const float* sin, float r, T* dx, float* dw, int64_t D) {
  const int64_t half = D / 2;
  float g[kMostHeadDim];
  inLanes(half, [&](int64_t k, int64_t m) {
    const Lanes u = load(dy + k, m), v = load(dy + k + half, m), c = load(cos + k, m), s = load(sin + k, m);
    store(g + k, u * c + v * s, m);
    store(g + k + half, v * c - u * s, m);
  });
  if (w == nullptr) {
    inLanes(D, [&](int64_t k, int64_t m) { store(dx + k, load(g + k, m), m); });
    return;
  }
  Lanes projection{};
  inLanes(D, [&](int64_t k, int64_t m) {
    const Lanes u = load(x + k, m) * r, gk = load(g + k, m);
    projection += gk * load(w + k, m) * u;
    store(dw + k, load(dw + k, m) + gk * u, m);
  });
  const float mean = sum(projection) / D * r;
  inLanes(D, [&](int64_t k, int64_t m) {
    store(dx + k, (load(g + k, m) * load(w + k, m) - load(x + k, m) * mean) * r, m);
  });
}

// Queries (B, H, T, D), keys and values (B, kv, T, D).
struct QueryKeyValue {
  Tensor q, k, v;
};

// Norms of a family without them are empty, since autograd takes no undefined tensors.
struct SplitHeads : torch::autograd::Function<SplitHeads> {
  static variable_list forward(AutogradContext* context, const Tensor& qkv, const Tensor& qNorm, const Tensor& kNorm, const Tensor& cos,
                               const Tensor& sin, int64_t B, int64_t H, int64_t kv, double eps) {
    const int64_t T = qkv.size(0) / B, D = cos.size(1);
    const Tensor q = at::empty({B, H, T, D}, qkv.options()), k = at::empty({B, kv, T, D}, qkv.options()), v = at::empty_like(k);
    const Tensor inverse = at::empty({B * T, H + kv}, qkv.options().dtype(at::kFloat));
    WITH_ELEMENT(qkv, split<S>(qkv, rotation(qNorm, kNorm, cos, sin), q, k, v, inverse, static_cast<float>(eps)));
    context->save_for_backward({qkv, qNorm, kNorm, cos, sin, inverse});
    return {q, k, v};
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &qkv = saved[0], &qNorm = saved[1], &kNorm = saved[2];
    const Rotation turn = rotation(qNorm, kNorm, saved[3], saved[4]);
    const Tensor dq = gradients[0].contiguous(), dk = gradients[1].contiguous(), dv = gradients[2].contiguous();
    const Tensor d = at::empty_like(qkv);
    const Tensor dNorms = at::zeros({2, dq.size(3)}, qkv.options().dtype(at::kFloat));
    WITH_ELEMENT(qkv, join<S>(qkv, turn, saved[5], dq, dk, dv, d, dNorms));
    const bool isNormed = qNorm.numel() > 0;
    return {d, isNormed ? dNorms[0] : Tensor(), isNormed ? dNorms[1] : Tensor(), Tensor(), Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }

 private:
  static Rotation rotation(const Tensor& qNorm, const Tensor& kNorm, const Tensor& cos, const Tensor& sin) {
    const bool isNormed = qNorm.numel() > 0;
    return {pointer<float>(cos), pointer<float>(sin), isNormed ? pointer<float>(qNorm) : nullptr, isNormed ? pointer<float>(kNorm) : nullptr};
  }

  // Place of head h of token (b, t) in a tensor (B, heads, T, D).
  template <typename T>
  static T* head(const Tensor& tensor, int64_t b, int64_t h, int64_t t) {
    return pointer<T>(tensor) + ((b * tensor.size(1) + h) * tensor.size(2) + t) * tensor.size(3);
  }

  template <typename T>
  static void split(const Tensor& qkv, const Rotation& turn, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& inverse, float eps) {
    const int64_t H = q.size(1), kv = k.size(1), length = q.size(2), D = q.size(3), width = (H + 2 * kv) * D;
    at::parallel_for(0, qkv.size(0), grain(width), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) {
        const int64_t b = i / length, t = i % length;
        const T* x = pointer<T>(qkv) + i * width;
        float* r = pointer<float>(inverse) + i * (H + kv);
        const float *cos = turn.cos + t * D, *sin = turn.sin + t * D;
        for (int64_t h = 0; h < H; h++) r[h] = turnHead(x + h * D, turn.qNorm, cos, sin, head<T>(q, b, h, t), D, eps, 1.f);
        for (int64_t h = 0; h < kv; h++) r[H + h] = turnHead(x + (H + h) * D, turn.kNorm, cos, sin, head<T>(k, b, h, t), D, eps, 1.f);
        for (int64_t h = 0; h < kv; h++) std::memcpy(static_cast<void*>(head<T>(v, b, h, t)), x + (H + kv + h) * D, D * sizeof(T));
      }
    });
  }

  template <typename T>
  static void join(const Tensor& qkv, const Rotation& turn, const Tensor& inverse, const Tensor& dq, const Tensor& dk, const Tensor& dv,
                   const Tensor& d, const Tensor& dNorms) {
    const int64_t H = dq.size(1), kv = dk.size(1), length = dq.size(2), D = dq.size(3), width = (H + 2 * kv) * D;
    const int threads = std::max(1, at::get_num_threads());
    std::vector<float> partial(static_cast<size_t>(threads) * 2 * D, 0.f);
    at::parallel_for(0, qkv.size(0), grain(width), [&](int64_t from, int64_t to) {
      float* own = partial.data() + static_cast<size_t>(at::get_thread_num()) * 2 * D;
      for (int64_t i = from; i < to; i++) {
        const int64_t b = i / length, t = i % length;
        const T* x = pointer<T>(qkv) + i * width;
        T* dx = pointer<T>(d) + i * width;
        const float* r = pointer<float>(inverse) + i * (H + kv);
        const float *cos = turn.cos + t * D, *sin = turn.sin + t * D;
        for (int64_t h = 0; h < H; h++) turnHeadBackward(head<T>(dq, b, h, t), x + h * D, turn.qNorm, cos, sin, r[h], dx + h * D, own, D);
        for (int64_t h = 0; h < kv; h++)
          turnHeadBackward(head<T>(dk, b, h, t), x + (H + h) * D, turn.kNorm, cos, sin, r[H + h], dx + (H + h) * D, own + D, D);
        for (int64_t h = 0; h < kv; h++) std::memcpy(static_cast<void*>(dx + (H + kv + h) * D), head<T>(dv, b, h, t), D * sizeof(T));
      }
    });
    float* total = pointer<float>(dNorms);
    for (int t = 0; t < threads; t++)
      for (int64_t k = 0; k < 2 * D; k++) total[k] += partial[static_cast<size_t>(t) * 2 * D + k];
  }
};

// Rotation of (…, D) by tables that broadcast: x · cos + (−x₂, x₁) · sin.
inline Tensor turned(const Tensor& x, const Tensor& cos, const Tensor& sin) {
  const auto halves = x.chunk(2, -1);
  return x * cos + at::cat({-halves[1], halves[0]}, -1) * sin;
}

// qkv (B·T, (H + 2·kv)·D) → queries, keys, values; the norms are undefined where the family has none.
inline QueryKeyValue splitHeads(const Tensor& qkv, const Tensor& qNorm, const Tensor& kNorm, const Tensor& cos, const Tensor& sin, int64_t B,
                                const Shape& shape) {
  if (looped(qkv)) {
    const Tensor none = at::empty({0});
    const auto parts = SplitHeads::apply(qkv.contiguous(), shape.headNorms ? qNorm : none, shape.headNorms ? kNorm : none, cos, sin, B, shape.heads, shape.kvHeads, shape.rmsEps);
    return {parts[0], parts[1], parts[2]};
  }
  const int64_t T = qkv.size(0) / B, D = shape.headDim;
  const auto parts = qkv.view({B, T, shape.heads + 2 * shape.kvHeads, D}).split_with_sizes({shape.heads, shape.kvHeads, shape.kvHeads}, 2);
  Tensor q = parts[0], k = parts[1];
  if (shape.headNorms) {
    q = rmsNorm(q, qNorm, shape.rmsEps);
    k = rmsNorm(k, kNorm, shape.rmsEps);
  }
  const Tensor c = cos.to(q.scalar_type()).view({1, T, 1, D}), s = sin.to(q.scalar_type()).view({1, T, 1, D});
  return {turned(q, c, s).transpose(1, 2), turned(k, c, s).transpose(1, 2), parts[2].transpose(1, 2)};
}

}  // namespace m2rl
