// Sixteen floats at a time, by the compiler's vector extension: one AVX-512, two AVX2 or four NEON registers.
#pragma once
#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace m2rl {

constexpr int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(64)));
using Integers = int32_t __attribute__((vector_size(64)));

inline Lanes splat(float value) { return Lanes{} + value; }

inline Lanes load(const float* from) {
  Lanes value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline void store(float* to, Lanes value) { std::memcpy(to, &value, sizeof value); }

using Halves = uint16_t __attribute__((vector_size(32)));
using Words = uint32_t __attribute__((vector_size(64)));

// bfloat16 is the upper half of a float32.
inline Lanes load(const at::BFloat16* from) {
  Halves half;
  std::memcpy(&half, from, sizeof half);
  return (Lanes)(__builtin_convertvector(half, Words) << 16);
}
// Rounded to nearest, ties to even.
inline void store(at::BFloat16* to, Lanes value) {
  const Words bits = (Words)value;
  const Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Halves half = __builtin_convertvector(rounded, Halves);
  std::memcpy(to, &half, sizeof half);
}

// The first n lanes, n ≤ 16; the others are 0 when loaded and untouched when stored.
template <typename T>
inline Lanes load(const T* from, int64_t n) {
  if (n == kLanes) return load(from);
  Lanes value{};
  for (int64_t i = 0; i < n; i++) value[i] = static_cast<float>(from[i]);
  return value;
}
template <typename T>
inline void store(T* to, Lanes value, int64_t n) {
  if (n == kLanes) return store(to, value);
  for (int64_t i = 0; i < n; i++) to[i] = static_cast<T>(value[i]);
}

// f(k, n) for the pieces [k, k + n) of [0, count); all but the last have 16 entries.
template <typename F>
inline void inLanes(int64_t count, F f) {
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) f(k, kLanes);
  if (k < count) f(k, count - k);
}

using Lanes8 = float __attribute__((vector_size(32)));
using Lanes4 = float __attribute__((vector_size(16)));

inline float sum(Lanes value) {
  Lanes8 eights[2];
  std::memcpy(eights, &value, sizeof value);
  const Lanes8 eight = eights[0] + eights[1];
  Lanes4 fours[2];
  std::memcpy(fours, &eight, sizeof eight);
  const Lanes4 four = fours[0] + fours[1];
  return (four[0] + four[2]) + (four[1] + four[3]);
}
// The first where one is NaN.
inline Lanes larger(Lanes a, Lanes b) { return b > a ? b : a; }
inline Lanes smaller(Lanes a, Lanes b) { return b < a ? b : a; }
inline float largest(Lanes value) {
  float best = value[0];
  for (int i = 1; i < kLanes; i++) best = std::max(best, value[i]);
  return best;
}

inline float largestOf(const float* values, int64_t count) {
  float best = values[0];
  Lanes most = splat(best);
  inLanes(count, [&](int64_t k, int64_t n) {
    if (n == kLanes) most = larger(most, load(values + k));
    else
      for (int64_t i = k; i < k + n; i++) best = std::max(best, values[i]);
  });
  return std::max(best, largest(most));
}

// e^x to about 2 units in the last place; arguments beyond ±87 count as ±87, NaN stays NaN. A polynomial in x − n ln 2, times 2ⁿ (as in Cephes).
inline Lanes exponential(Lanes x) {
  x = smaller(larger(x, splat(-87.f)), splat(87.f));
  constexpr float kRound = 12582912.f;  // 1.5 · 2²³: adding and subtracting it rounds to an integer
  const Lanes n = (x * 1.44269504088896341f + kRound) - kRound;
  Lanes r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Lanes p = splat(1.9875691500e-4f);
  for (const float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) p = p * r + c;
  p = p * r * r + r + 1.f;
  const Integers exponent = (__builtin_convertvector(n, Integers) + 127) << 23;
  return p * (Lanes)exponent;
}

template <typename T>
inline T* pointer(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

}  // namespace m2rl

// Run a statement with S the element type of a tensor: float or bfloat16.
#define WITH_ELEMENT(tensor, ...)                     \
  if ((tensor).scalar_type() == at::kBFloat16) {      \
    using S = at::BFloat16;                           \
    __VA_ARGS__;                                      \
  } else {                                            \
    using S = float;                                  \
    __VA_ARGS__;                                      \
  }
