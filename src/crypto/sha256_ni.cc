#include "crypto/sha256_kernel.h"

namespace sumlog::crypto {

const Sha256Kernel* ShaNiKernel() { return nullptr; }

}  // namespace sumlog::crypto
