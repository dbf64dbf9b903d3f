// Attention of one new token per row over the keys and values before it, in the CPU's cache layout.
#pragma once
#include "heads.h"

namespace m2rl {

// Keys and values of one layer. Values are (B, kv, W, D). Keys are (B, kv, W / 16, D, 16) on the CPU, so that a dot product runs over
// sixteen positions at a time and reads memory in order; elsewhere they are (B, kv, W, D) too.
struct LayerCache {
  Tensor keys, values;
};

// Products of R queries with the keys of 32 positions at a time: s (R, W) ← q (R, D) · keys, for positions 0 … n − 1 and some beyond.
template <typename T, int R>
void scoreKeys(const float* q, const T* keys, float* s, int64_t D, int64_t W, int64_t n) {
  for (int64_t t = 0; t < n; t += 2 * kLanes) {
    Lanes total[R][2] = {};
    const T *first = keys + t * D, *second = first + D * kLanes;
    for (int64_t d = 0; d < D; d++) {
      const Lanes a = load(first + d * kLanes), b = load(second + d * kLanes);
      for (int r = 0; r < R; r++) {
        total[r][0] += q[r * D + d] * a;
        total[r][1] += q[r * D + d] * b;
      }
    }
    for (int r = 0; r < R; r++) {
      store(s + r * W + t, total[r][0]);
      store(s + r * W + t + kLanes, total[r][1]);
    }
  }
}

// Sums of values weighted by s: y (R, D) ← s (R, n) · values (n, D) + s[n] · newest (D), N · 16 channels at a time.
template <typename T, int R, int N>
void mixBlock(const float* s, const T* values, const T* newest, T* y, int64_t D, int64_t W, int64_t n, int64_t d) {
  Lanes total[R][N] = {};
  const auto add = [&](const T* row, int64_t t) {
    for (int b = 0; b < N; b++) {
      const Lanes v = load(row + d + b * kLanes);
      for (int r = 0; r < R; r++) total[r][b] += s[r * W + t] * v;
    }
  };
  for (int64_t t = 0; t < n; t++) add(values + t * D, t);
  add(newest, n);
  for (int r = 0; r < R; r++)
    for (int b = 0; b < N; b++) store(y + r * D + d + b * kLanes, total[r][b]);
}

template <typename T, int R>
void mixValues(const float* s, const T* values, const T* newest, T* y, int64_t D, int64_t W, int64_t n) {
  int64_t d = 0;
  for (; d + 2 * kLanes <= D; d += 2 * kLanes) mixBlock<T, R, 2>(s, values, newest, y, D, W, n, d);
  if (d < D) mixBlock<T, R, 1>(s, values, newest, y, D, W, n, d);
}

// f.template operator()<R>(r) for R = up to four queries at a time, so that their sums stay in registers.
template <typename F>
void inQueries(int64_t count, F f) {
  int64_t r = 0;
  for (; r + 4 <= count; r += 4) f(std::integral_constant<int, 4>(), r);
  if (count - r == 3) f(std::integral_constant<int, 3>(), r);
  if (count - r == 2) f(std::integral_constant<int, 2>(), r);
  if (count - r == 1) f(std::integral_constant<int, 1>(), r);
}

// s[0 … n) ← softmax(s[0 … n))
inline void softmaxRow(float* s, int64_t n) {
  const float top = largestOf(s, n);
  Lanes total{};
  inLanes(n, [&](int64_t k, int64_t m) {
    Lanes e = exponential(load(s + k, m) - top);
    for (int64_t lane = m; lane < kLanes; lane++) e[lane] = 0;
    store(s + k, e, m);
    total += e;
  });
  const float scale = 1.f / sum(total);
  inLanes(n, [&](int64_t k, int64_t m) { store(s + k, load(s + k, m) * scale, m); });
}

// The attention of one step: what it reads beside the new token's projections.
struct Step {
  const Shape& shape;
  Rotation turn;
  const std::vector<int32_t>& positions;  // of the new token of each row
  int64_t W;                              // positions that the cache has room for
};

// One key head of one row: its new key and value are appended after all reads, so that no load waits for them.
template <typename T>
void attendHead(const T* row, int64_t g, int64_t position, const Step& step, T* keys, T* values, T* y, float* q, float* s) {
  const Shape& shape = step.shape;
  const int64_t H = shape.heads, kv = shape.kvHeads, D = shape.headDim, W = step.W, rep = H / kv, p = position;
  const float *cos = step.turn.cos + p * D, *sin = step.turn.sin + p * D, eps = static_cast<float>(shape.rmsEps);
  float key[kMostHeadDim];
  turnHead(row + (H + g) * D, step.turn.kNorm, cos, sin, key, D, eps, 1.f);
  for (int64_t d = 0; d < D; d++) key[d] = static_cast<float>(static_cast<T>(key[d]));  // as it will be read later
  const float scale = 1.f / std::sqrt(static_cast<float>(D));
  for (int64_t r = 0; r < rep; r++) turnHead(row + (g * rep + r) * D, step.turn.qNorm, cos, sin, q + r * D, D, eps, scale);
  inQueries(rep, [&](auto R, int64_t r) { scoreKeys<T, R.value>(q + r * D, keys, s + r * W, D, W, p); });
  for (int64_t r = 0; r < rep; r++) {
    Lanes own{};
    for (int64_t d = 0; d < D; d += kLanes) own += load(q + r * D + d) * load(key + d);
    s[r * W + p] = sum(own);
    softmaxRow(s + r * W, p + 1);
  }
  const T* newest = row + (H + kv + g) * D;
  inQueries(rep, [&](auto R, int64_t r) { mixValues<T, R.value>(s + r * W, values, newest, y + r * D, D, W, p); });
  for (int64_t d = 0; d < D; d++) keys[((p / kLanes) * D + d) * kLanes + p % kLanes] = static_cast<T>(key[d]);
  std::memcpy(static_cast<void*>(values + p * D), newest, D * sizeof(T));
}

// qkv (B, (H + 2·kv)·D) → y (B, H·D); the cache grows by one position per row.
template <typename T>
void attendRows(const Tensor& qkv, const Step& step, const LayerCache& cache, const Tensor& y) {
  const Shape& shape = step.shape;
  const int64_t B = qkv.size(0), kv = shape.kvHeads, D = shape.headDim, rep = shape.heads / kv;
  at::parallel_for(0, B * kv, 4, [&](int64_t from, int64_t to) {
    std::vector<float> q(rep * D), s(rep * step.W);
    for (int64_t i = from; i < to; i++) {
      const int64_t b = i / kv, g = i % kv, place = i * step.W * D;
      attendHead(pointer<T>(qkv) + b * shape.width(), g, step.positions[b], step, pointer<T>(cache.keys) + place, pointer<T>(cache.values) + place,
                 pointer<T>(y) + (b * shape.heads + g * rep) * D, q.data(), s.data());
    }
  });
}

// Copy the first positions of prompts, keys and values (U, kv, T, D), to rows of the cache.
template <typename T>
void storePrompts(const QueryKeyValue& prompts, const LayerCache& cache, int64_t W, const int32_t* rows, const int32_t* of, const int32_t* lengths,
                  int64_t count) {
  const int64_t kv = prompts.k.size(1), length = prompts.k.size(2), D = prompts.k.size(3);
  at::parallel_for(0, count * kv, 8, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const int64_t r = i / kv, g = i % kv, n = lengths[r], source = (of[r] * kv + g) * length * D, place = (rows[r] * kv + g) * W * D;
      const T* k = pointer<T>(prompts.k) + source;
      T* keys = pointer<T>(cache.keys) + place;
      for (int64_t t = 0; t < n; t++)
        for (int64_t d = 0; d < D; d++) keys[((t / kLanes) * D + d) * kLanes + t % kLanes] = k[t * D + d];
      std::memcpy(static_cast<void*>(pointer<T>(cache.values) + place), pointer<T>(prompts.v) + source, n * D * sizeof(T));
    }
  });
}

}  // namespace m2rl
