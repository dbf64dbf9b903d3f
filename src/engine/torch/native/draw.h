// Draws one token per row from softmax(logits · scale), by uniform numbers that the caller brings.
#pragma once
#include <ATen/Parallel.h>

#include "lanes.h"
#include "handles.h"

namespace m2rl {

// Where results go, one entry per row: −1 where nothing is drawn, −2 where the probabilities are not finite.
struct Drawn {
  int32_t* tokens;
  double* logprobs;
};

// Entries whose sums the walk of a draw skips at a time.
constexpr int64_t kBlock = 64;

// One row: z (V) logits, e (V rounded up to blocks) and sums (a number per block) scratch; u ≥ 0 draws, a negative u takes the largest.
inline void drawRow(const float* z, int64_t V, float scale, double u, float* e, float* sums, int32_t* token, double* logprob) {
  const float top = largestOf(z, V);
  inLanes(V, [&](int64_t k, int64_t m) { store(e + k, exponential((load(z + k, m) - top) * scale), m); });
  const int64_t blocks = (V + kBlock - 1) / kBlock;
  std::fill(e + V, e + blocks * kBlock, 0.f);
  double total = 0;
  for (int64_t j = 0; j < blocks; j++) {
    const float* block = e + j * kBlock;
    sums[j] = sum((load(block) + load(block + 16)) + (load(block + 32) + load(block + 48)));
    total += sums[j];
  }
  if (!(total > 0 && std::isfinite(total))) {
    *token = -2;
    return;
  }
  int64_t k = 0;
  if (u < 0) {
    while (z[k] != top) k++;
  } else {
    double left = u * total;
    int64_t j = 0;
    while (j + 1 < blocks && left >= sums[j]) left -= sums[j++];
    const int64_t end = std::min(V, (j + 1) * kBlock);
    int64_t last = j * kBlock;
    for (k = last; k < end; k++) {
      if (e[k] == 0) continue;
      last = k;
      left -= e[k];
      if (left < 0) break;
    }
    if (k == end) k = last;  // u · total met the rounded sum exactly
  }
  *token = static_cast<int32_t>(k);
  *logprob = static_cast<double>(scale) * (static_cast<double>(z[k]) - top) - std::log(total);
}

// logits (B, V) float32 on the CPU; uniforms (B), NaN where a row draws nothing, or null for the largest.
inline void drawRows(const Tensor& logits, double scale, const double* uniforms, Drawn drawn) {
  const int64_t B = logits.size(0), V = logits.size(1), blocks = (V + kBlock - 1) / kBlock;
  at::parallel_for(0, B, std::max<int64_t>(1, 8192 / V), [&](int64_t from, int64_t to) {
    std::vector<float> e(blocks * kBlock), sums(blocks);
    for (int64_t b = from; b < to; b++) {
      const double u = uniforms == nullptr ? -1 : uniforms[b];
      if (std::isnan(u)) {
        drawn.tokens[b] = -1;
        continue;
      }
      drawRow(pointer<float>(logits) + b * V, V, static_cast<float>(scale), u, e.data(), sums.data(), drawn.tokens + b, drawn.logprobs + b);
    }
  });
}

// The same on any device: only tokens and log-probabilities are copied from it.
inline void drawAnywhere(const Tensor& logits, double scale, const double* uniforms, Drawn drawn) {
  const int64_t B = logits.size(0), V = logits.size(1);
  const Tensor logs = (logits * scale).log_softmax(1);
  Tensor chosen;
  if (uniforms == nullptr) {
    chosen = logs.argmax(1);
  } else {
    const Tensor u = at::from_blob(const_cast<double*>(uniforms), {B}, at::kDouble).nan_to_num(0).to(at::kFloat).to(logs.device());
    const Tensor cumulative = logs.exp().cumsum(1);
    const Tensor target = u.unsqueeze(1) * cumulative.narrow(1, V - 1, 1);
    chosen = at::searchsorted(cumulative, target, false, true).squeeze(1).clamp_max(V - 1);
  }
  const Tensor tokens = chosen.to(at::kInt).cpu(), values = logs.gather(1, chosen.unsqueeze(1)).squeeze(1).to(at::kDouble).cpu();
  for (int64_t b = 0; b < B; b++) {
    const bool isIdle = uniforms != nullptr && std::isnan(uniforms[b]);
    const double logprob = pointer<double>(values)[b];
    drawn.tokens[b] = isIdle ? -1 : std::isfinite(logprob) ? pointer<int32_t>(tokens)[b] : -2;
    drawn.logprobs[b] = isIdle ? 0 : logprob;
  }
}

}  // namespace m2rl
