// One call from JavaScript: its arguments, its result, and how a function is exported under its name.
#pragma once
#include <node_api.h>
#include <c10/util/Exception.h>

#include "handles.h"

namespace m2rl {

// Shapes and lists go both ways through one Int32Array that JavaScript allocates: reading it costs less than reading an array.
constexpr int64_t kShared = 256;
// Where the type of a tensor that is handed over stands.
constexpr int64_t kTypePlace = kShared - 1;
inline int32_t* shared = nullptr;

template <typename T>
struct Span {
  T* data;
  size_t size;
};

class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env(env) { napi_get_cb_info(env, info, &count_, arguments_, nullptr, nullptr); }

  int32_t integer(size_t k) const {
    int32_t value = 0;
    napi_get_value_int32(env, arguments_[k], &value);
    return value;
  }
  double number(size_t k) const {
    double value = 0;
    napi_get_value_double(env, arguments_[k], &value);
    return value;
  }
  bool flag(size_t k) const {
    bool value = false;
    napi_get_value_bool(env, arguments_[k], &value);
    return value;
  }
  std::string text(size_t k) const {
    char buffer[64];
    size_t length = 0;
    napi_get_value_string_utf8(env, arguments_[k], buffer, sizeof buffer, &length);
    return std::string(buffer, length);
  }
  const Tensor& tensor(size_t k) const { return handles.get(integer(k)); }

  // A typed array's memory, valid during the call; empty where the argument is null.
  template <typename T>
  Span<T> array(size_t k) const {
    bool isTyped = false;
    napi_is_typedarray(env, arguments_[k], &isTyped);
    if (!isTyped) return {nullptr, 0};
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    napi_get_typedarray_info(env, arguments_[k], &type, &length, &data, nullptr, nullptr);
    return {static_cast<T*>(data), length};
  }
  // The tensors of an Int32Array of handles.
  std::vector<Tensor> tensors(size_t k) const {
    const auto list = array<int32_t>(k);
    std::vector<Tensor> found;
    found.reserve(list.size);
    for (size_t i = 0; i < list.size; i++) found.push_back(handles.get(list.data[i]));
    return found;
  }
  napi_value argument(size_t k) const { return arguments_[k]; }

  // The first values of the shared list.
  static std::vector<int64_t> list(int64_t length, int64_t from = 0) {
    if (from + length > kShared) throw std::runtime_error("a shape or list is too long");
    return std::vector<int64_t>(shared + from, shared + from + length);
  }

  // Hand a tensor over, as float32, int32 or bool: its handle is returned, its rank, shape and type are in the shared list.
  napi_value give(Tensor tensor) const {
    if (tensor.dim() + 1 >= kTypePlace) throw std::runtime_error("a tensor has too many axes");
    const at::ScalarType type = tensor.scalar_type();
    if (type == at::kBool) shared[kTypePlace] = 2;
    else if (at::isIntegralType(type, false)) shared[kTypePlace] = 1;
    else shared[kTypePlace] = 0;
    const at::ScalarType known[] = {at::kFloat, at::kInt, at::kBool};
    tensor = tensor.to(known[shared[kTypePlace]]);
    shared[0] = static_cast<int32_t>(tensor.dim());
    for (int64_t axis = 0; axis < tensor.dim(); axis++) shared[1 + axis] = static_cast<int32_t>(tensor.size(axis));
    return give(handles.add(std::move(tensor)));
  }
  napi_value give(int32_t value) const {
    napi_value result;
    napi_create_int32(env, value, &result);
    return result;
  }
  napi_value give(double value) const {
    napi_value result;
    napi_create_double(env, value, &result);
    return result;
  }
  napi_value nothing() const { return nullptr; }

  const napi_env env;

 private:
  static constexpr size_t kMost = 12;
  size_t count_ = kMost;
  napi_value arguments_[kMost] = {};
};

using Body = napi_value (*)(const Call&);

// Run a function without recording gradients; a C++ exception becomes a JavaScript one with its first line.
inline napi_value guarded(napi_env env, napi_callback_info info, Body body) {
  const Call call(env, info);
  try {
    const at::NoGradGuard noGradient;
    return body(call);
  } catch (const c10::Error& error) {
    napi_throw_error(env, nullptr, error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

struct Export {
  const char* name;
  napi_callback function;
};

inline std::vector<Export>& exported() {
  static std::vector<Export> all;
  return all;
}

inline bool exportAs(const char* name, napi_callback function) {
  exported().push_back({name, function});
  return true;
}

}  // namespace m2rl

// EXPORT(name) { … return call.give(…); }
#define EXPORT(name)                                                                                            \
  static napi_value name##_body(const m2rl::Call& call);                                                         \
  static napi_value name##_entry(napi_env env, napi_callback_info info) { return m2rl::guarded(env, info, name##_body); } \
  static const bool name##_exported = m2rl::exportAs(#name, name##_entry);                                      \
  static napi_value name##_body([[maybe_unused]] const m2rl::Call& call)
