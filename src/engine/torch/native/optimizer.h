// One step of AdamW for one tensor, in one pass.
#pragma once
#include "rmsNorm.h"

namespace m2rl {

struct AdamW {
  float scale, beta1, beta2, epsilon, stepSize, rootScale, decay;
};

struct Stepped {
  Tensor weight, first, second;
};

inline void adamwLoop(const Tensor& weight, const Tensor& gradient, const Tensor& first, const Tensor& second, const AdamW& a, const Stepped& to) {
  const float *w = pointer<float>(weight), *g = pointer<float>(gradient), *m = pointer<float>(first), *v = pointer<float>(second);
  float *nextW = pointer<float>(to.weight), *nextM = pointer<float>(to.first), *nextV = pointer<float>(to.second);
  at::parallel_for(0, weight.numel(), 16384, [&](int64_t from, int64_t until) {
    for (int64_t i = from; i < until; i++) {
      const float slope = g[i] * a.scale;
      const float mean = m[i] * a.beta1 + slope * (1 - a.beta1), square = v[i] * a.beta2 + slope * slope * (1 - a.beta2);
      nextM[i] = mean;
      nextV[i] = square;
      nextW[i] = w[i] * a.decay - mean / (std::sqrt(square) * a.rootScale + a.epsilon) * a.stepSize;
    }
  });
}

// Nothing given is changed.
inline Stepped adamw(const Tensor& w, const Tensor& g, const Tensor& m, const Tensor& v, const AdamW& a) {
  if (looped(w)) {
    const Stepped next{at::empty_like(w), at::empty_like(w), at::empty_like(w)};
    adamwLoop(w.contiguous(), g.contiguous(), m.contiguous(), v.contiguous(), a, next);
    return next;
  }
  const Tensor slope = g * a.scale, mean = m * a.beta1 + slope * (1 - a.beta1), square = v * a.beta2 + slope.square() * (1 - a.beta2);
  return {w * a.decay - mean / (square.sqrt() * a.rootScale + a.epsilon) * a.stepSize, mean, square};
}

}  // namespace m2rl
