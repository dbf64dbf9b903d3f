// The tensors that JavaScript holds, by number: JavaScript frees them explicitly, since finalizers would run too late.
#pragma once
#include <ATen/ATen.h>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace m2rl {
using at::Tensor;

class Handles {
 public:
  int32_t add(Tensor tensor) {
    live_++;
    if (!free_.empty()) {
      const int32_t handle = free_.back();
      free_.pop_back();
      slots_[handle] = std::move(tensor);
      return handle;
    }
    slots_.push_back(std::move(tensor));
    return static_cast<int32_t>(slots_.size()) - 1;
  }

  const Tensor& get(int32_t handle) const {
    if (handle < 0 || handle >= static_cast<int32_t>(slots_.size()) || !slots_[handle].defined())
      throw std::runtime_error("there is no tensor with handle " + std::to_string(handle));
    return slots_[handle];
  }

  void remove(int32_t handle) {
    get(handle);
    slots_[handle] = Tensor();
    leaves_.erase(handle);
    free_.push_back(handle);
    live_--;
  }

  int64_t live() const { return live_; }

  // What a differentiable result was computed from, as long as the result lives.
  void setLeaves(int32_t handle, std::vector<Tensor> leaves) { leaves_[handle] = std::move(leaves); }

  const std::vector<Tensor>& leaves(int32_t handle) const {
    const auto found = leaves_.find(handle);
    if (found == leaves_.end())
      throw std::runtime_error("the tensor with handle " + std::to_string(handle) + " was computed without a gradient");
    return found->second;
  }

 private:
  std::vector<Tensor> slots_;
  std::vector<int32_t> free_;
  std::unordered_map<int32_t, std::vector<Tensor>> leaves_;
  int64_t live_ = 0;
};

inline Handles handles;

// How this process computes; set once by `initialize`.
struct Settings {
  at::Device device = at::kCPU;
  // Of the matrix products of whole-model calls; weights, sums and the optimizer stay float32.
  at::ScalarType dtype = at::kFloat;
  // Whether the loops written for the CPU are used where they can be; false runs the code of other devices on the CPU too.
  bool cpuLoops = true;
};

inline Settings settings;

// Whether a loop over memory serves for a tensor.
inline bool looped(const Tensor& tensor) { return settings.cpuLoops && tensor.is_cpu(); }

}  // namespace m2rl
