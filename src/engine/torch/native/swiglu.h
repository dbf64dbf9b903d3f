// SwiGLU, silu(gate) · up with silu(g) = g · σ(g), of the two halves of the last axis.
#pragma once
#include "rmsNorm.h"

namespace m2rl {

// both (n, 2F) → y (n, F)
template <typename T>
void swigluRows(const T* both, T* y, int64_t n, int64_t F) {
  at::parallel_for(0, n, grain(2 * F), [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const T* gate = both + i * 2 * F;
      const T* up = gate + F;
      T* yi = y + i * F;
      inLanes(F, [&](int64_t k, int64_t m) {
        const Lanes g = load(gate + k, m);
        store(yi + k, g / (1.f + exponential(-g)) * load(up + k, m), m);
      });
    }
  });
}

// d gate = dy · up · (σ + silu (1 − σ)), d up = dy · silu
template <typename T>
void swigluRowsBackward(const T* dy, const T* both, T* d, int64_t n, int64_t F) {
  at::parallel_for(0, n, grain(2 * F), [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const T* gate = both + i * 2 * F;
      const T* up = gate + F;
      const T* gi = dy + i * F;
      T* dGate = d + i * 2 * F;
      T* dUp = dGate + F;
      inLanes(F, [&](int64_t k, int64_t m) {
        const Lanes g = load(gate + k, m), o = load(gi + k, m);
        const Lanes sigma = 1.f / (1.f + exponential(-g)), silu = g * sigma;
        store(dUp + k, o * silu, m);
        store(dGate + k, o * load(up + k, m) * (sigma + silu * (1.f - sigma)), m);
      });
    }
  });
}

struct Swiglu : torch::autograd::Function<Swiglu> {
  static Tensor forward(AutogradContext* context, const Tensor& both) {
    const int64_t F = both.size(-1) / 2, n = both.numel() / (2 * F);
    const Tensor y = at::empty({n, F}, both.options());
    WITH_ELEMENT(both, swigluRows<S>(pointer<S>(both), pointer<S>(y), n, F));
    context->save_for_backward({both});
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const Tensor both = context->get_saved_variables()[0], dy = gradients[0].contiguous(), d = at::empty_like(both);
    const int64_t F = both.size(-1) / 2, n = both.numel() / (2 * F);
    WITH_ELEMENT(both, swigluRowsBackward<S>(pointer<S>(dy), pointer<S>(both), pointer<S>(d), n, F));
    return {d};
  }
};

// (n, 2F) → (n, F)
inline Tensor swiglu(const Tensor& both) {
  if (looped(both)) return Swiglu::apply(both.contiguous());
  const auto halves = both.chunk(2, -1);
  return at::silu(halves[0]) * halves[1];
}

}  // namespace m2rl
