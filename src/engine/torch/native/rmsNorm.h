// RMSNorm over the last axis, y = x / √(mean(x²) + ε) · w, forward and backward in one pass each.
#pragma once
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "handles.h"
#include "lanes.h"

namespace m2rl {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows of a matrix that one thread takes at least.
inline int64_t grain(int64_t width) { return std::max<int64_t>(1, 16384 / width); }

// x, y (n, C); w (C); inverse (n) receives 1 / √(mean(x²) + ε)
template <typename T>
void rmsNormRows(const T* x, const float* w, T* y, float* inverse, int64_t n, int64_t C, float eps) {
  at::parallel_for(0, n, grain(C), [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const T* xi = x + i * C;
      T* yi = y + i * C;
      Lanes squares{};
      inLanes(C, [&](int64_t k, int64_t m) {
        const Lanes v = load(xi + k, m);
        squares += v * v;
      });
      const float r = 1.f / std::sqrt(sum(squares) / C + eps);
      inverse[i] = r;
      inLanes(C, [&](int64_t k, int64_t m) { store(yi + k, load(xi + k, m) * r * load(w + k, m), m); });
    }
  });
}

// dx = (dy · w − u · mean(dy · w · u)) · r and dw = Σ rows dy · u, with u = x · r
template <typename T>
void rmsNormRowsBackward(const T* dy, const T* x, const float* w, const float* inverse, T* dx, float* dw, int64_t n, int64_t C) {
  const int threads = std::max(1, at::get_num_threads());
  std::vector<float> partial(static_cast<size_t>(threads) * C, 0.f);  // one sum per thread, added in their order
  at::parallel_for(0, n, grain(C), [&](int64_t from, int64_t to) {
    float* own = partial.data() + static_cast<size_t>(at::get_thread_num()) * C;
    for (int64_t i = from; i < to; i++) {
      const T* xi = x + i * C;
      const T* gi = dy + i * C;
      T* di = dx + i * C;
      const float r = inverse[i];
      Lanes projection{};
      inLanes(C, [&](int64_t k, int64_t m) {
        const Lanes u = load(xi + k, m) * r, g = load(gi + k, m);
        projection += g * load(w + k, m) * u;
        store(own + k, load(own + k, m) + g * u, m);
      });
      const float mean = sum(projection) / C * r;
      inLanes(C, [&](int64_t k, int64_t m) {
        store(di + k, (load(gi + k, m) * load(w + k, m) - load(xi + k, m) * mean) * r, m);
      });
    }
  });
  std::copy(partial.begin(), partial.begin() + C, dw);
  for (int t = 1; t < threads; t++)
    for (int64_t k = 0; k < C; k++) dw[k] += partial[static_cast<size_t>(t) * C + k];
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& given, const Tensor& w, double eps) {
    const Tensor x = given.contiguous(), y = at::empty_like(x);
    const int64_t C = x.size(-1), n = x.numel() / C;
    const Tensor inverse = at::empty({n}, x.options().dtype(at::kFloat));
    WITH_ELEMENT(x, rmsNormRows<S>(pointer<S>(x), pointer<float>(w), pointer<S>(y), pointer<float>(inverse), n, C, static_cast<float>(eps)));
    context->save_for_backward({x, w, inverse});
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &w = saved[1], &inverse = saved[2], dy = gradients[0].contiguous();
    const Tensor dx = at::empty_like(x), dw = at::empty_like(w);
    const int64_t C = x.size(-1), n = x.numel() / C;
    WITH_ELEMENT(x, rmsNormRowsBackward<S>(pointer<S>(dy), pointer<S>(x), pointer<float>(w), pointer<float>(inverse), pointer<S>(dx),
                                           pointer<float>(dw), n, C));
    return {dx, dw, Tensor()};
  }
};

// w is float32 (C), whatever x is.
inline Tensor rmsNorm(const Tensor& x, const Tensor& w, double eps) {
  if (looped(x)) return RmsNorm::apply(x, w, eps);
  const Tensor wide = x.to(at::kFloat);
  return (wide * at::rsqrt(wide.square().mean(-1, true) + eps) * w).to(x.scalar_type());
}

}  // namespace m2rl
