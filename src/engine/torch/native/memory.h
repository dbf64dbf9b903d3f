// Tensors come from JavaScript's arrays and go back to them, and are freed by name.
#pragma once
#include "call.h"
#include "lanes.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

// (shared list, threads, device, dtype, whether loops written for the CPU are used)
EXPORT(initialize) {
  const auto list = call.array<int32_t>(0);
  if (list.size < m2rl::kShared) throw std::runtime_error("the shared list is too short");
  napi_ref held;
  napi_create_reference(call.env, call.argument(0), 1, &held);  // for as long as the process lives
  m2rl::shared = list.data;
  at::set_num_threads(call.integer(1));
  m2rl::settings.device = at::Device(call.text(2));
  m2rl::settings.dtype = call.text(3) == "bfloat16" ? at::kBFloat16 : at::kFloat;
  // Products of float32 tensors with the inputs rounded to 10 bits, where the device has such units.
  if (call.text(3) == "tf32") at::globalContext().setFloat32MatmulPrecision("high");
  m2rl::settings.cpuLoops = call.flag(4);
#ifdef __GLIBC__
  // Activations of small models stay in the heap instead of being mapped and zeroed anew by the kernel in every step.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
  return call.nothing();
}

// (values, rank, type), the shape in the shared list
EXPORT(upload) {
  const auto shape = m2rl::Call::list(call.integer(1));
  const int32_t type = call.integer(2);
  const at::ScalarType types[] = {at::kFloat, at::kInt, at::kBool};
  const at::Tensor tensor = at::empty(shape, types[type]);
  const auto values = call.array<char>(0);
  const size_t bytes = static_cast<size_t>(tensor.numel()) * tensor.element_size();
  if (values.size * tensor.element_size() < bytes) throw std::runtime_error("there are fewer values than the shape has");
  std::memcpy(tensor.data_ptr(), values.data, bytes);
  return call.give(tensor.to(m2rl::settings.device));
}

// (handle) → Float32Array, Int32Array or Uint8Array
EXPORT(read) {
  const at::Tensor tensor = call.tensor(0).contiguous().cpu();
  const size_t bytes = static_cast<size_t>(tensor.numel()) * tensor.element_size();
  void* data = nullptr;
  napi_value buffer, result;
  napi_create_arraybuffer(call.env, bytes, &data, &buffer);
  std::memcpy(data, tensor.data_ptr(), bytes);
  const auto type = tensor.scalar_type();
  napi_create_typedarray(call.env, type == at::kBool ? napi_uint8_array : type == at::kInt ? napi_int32_array : napi_float32_array,
                         static_cast<size_t>(tensor.numel()), buffer, 0, &result);
  return result;
}

EXPORT(free) {
  m2rl::handles.remove(call.integer(0));
  return call.nothing();
}

// Tensors that JavaScript holds.
EXPORT(live) { return call.give(static_cast<double>(m2rl::handles.live())); }
