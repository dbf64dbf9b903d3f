// Log-probabilities of one label per row over a vocabulary, whose logits exist for a chunk of rows at a time.
#pragma once
#include "rmsNorm.h"

namespace m2rl {

// Most logits at a time, 64 MiB of float32.
constexpr int64_t kMostLogits = 1 << 24;

// Logits z (n, V) become probabilities in place; `logprobs` (n) receives the label's logarithm.
inline void softmaxLabels(Tensor& z, const Tensor& labels, const Tensor& logprobs) {
  const int64_t n = z.size(0), V = z.size(1);
  if (!looped(z)) {
    const Tensor logs = z.log_softmax(1);
    logprobs.copy_(logs.gather(1, labels.unsqueeze(1)).squeeze(1));
    z = logs.exp_();
    return;
  }
  float *first = pointer<float>(z), *out = pointer<float>(logprobs);
  const int64_t* label = pointer<int64_t>(labels);
  at::parallel_for(0, n, grain(V), [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      float* row = first + i * V;
      const float top = largestOf(row, V), chosen = row[label[i]] - top;
      Lanes total{};
      inLanes(V, [&](int64_t k, int64_t m) {
        Lanes e = exponential(load(row + k, m) - top);
        for (int64_t lane = m; lane < kLanes; lane++) e[lane] = 0;
        store(row + k, e, m);
        total += e;
      });
      const float all = sum(total), scale = 1.f / all;
      inLanes(V, [&](int64_t k, int64_t m) { store(row + k, load(row + k, m) * scale, m); });
      out[i] = chosen - std::log(all);
    }
  });
}

// Probabilities p (n, V) become (onehot − p) · dy in place.
inline void slopes(const Tensor& p, const Tensor& labels, const Tensor& dy) {
  const Tensor column = dy.unsqueeze(1);
  p.mul_(column.neg());
  p.scatter_add_(1, labels.unsqueeze(1), column);
}

// log softmax(hidden · headᵀ)[label]: hidden (N, C), head (V, C), labels (N) int64 → (N)
struct LabelLogprobs : torch::autograd::Function<LabelLogprobs> {
  static int64_t chunk(const Tensor& head) { return std::max<int64_t>(1, kMostLogits / head.size(0)); }

  static Tensor product(const Tensor& hidden, const Tensor& head) { return at::linear(hidden, head).to(at::kFloat); }

  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& head, const Tensor& labels) {
    const int64_t N = hidden.size(0), size = chunk(head);
    const Tensor h = hidden.to(settings.dtype), w = head.to(settings.dtype);
    const Tensor logprobs = at::empty({N}, hidden.options());
    Tensor kept;  // probabilities of a single chunk are kept, those of several are computed again
    for (int64_t from = 0; from < N; from += size) {
      const int64_t n = std::min(size, N - from);
      Tensor z = product(h.narrow(0, from, n), w);
      softmaxLabels(z, labels.narrow(0, from, n), logprobs.narrow(0, from, n));
      if (n == N) kept = z;
    }
    context->save_for_backward({h, w, labels, kept});
    return logprobs;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &h = saved[0], &w = saved[1], &labels = saved[2], &kept = saved[3], dy = gradients[0].contiguous();
    const int64_t N = h.size(0), size = chunk(w);
    const Tensor dHidden = at::empty(h.sizes(), h.options().dtype(at::kFloat));
    const Tensor dHead = at::zeros(w.sizes(), w.options().dtype(at::kFloat));
    const Tensor scratch = at::empty({std::min(size, N)}, dHidden.options());
    for (int64_t from = 0; from < N; from += size) {
      const int64_t n = std::min(size, N - from);
      const Tensor rows = h.narrow(0, from, n), own = labels.narrow(0, from, n);
      Tensor p = kept;
      if (!kept.defined()) {
        p = product(rows, w);
        softmaxLabels(p, own, scratch.narrow(0, 0, n));
      }
      slopes(p, own, dy.narrow(0, from, n));
      const Tensor slope = p.to(w.scalar_type());
      dHidden.narrow(0, from, n).copy_(at::mm(slope, w));
      if (w.scalar_type() == at::kFloat) dHead.addmm_(slope.t(), rows);
      else dHead.add_(at::mm(slope.t(), rows));
    }
    return {dHidden, dHead, Tensor()};
  }
};

}  // namespace m2rl
